package org.claudecluster.worker.terminal;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands for tests. */
public final class Commands {
    public static final String MARKER = "CLAUDECLUSTER_TEST_TASK";
    static final String PATH = "/usr/local/bin:/usr/bin:/bin";
    static final TerminalSize SIZE = new TerminalSize(80, 24);

    private Commands() {}

    public static TerminalCommand sh(String script) {
        return program("sh", "-c", script);
    }

    static TerminalCommand program(String name, String... arguments) {
        return at(Programs.find(name, PATH).orElseThrow(), arguments);
    }

    static TerminalCommand at(Path program, String... arguments) {
        return new TerminalCommand(
                program,
                List.of(arguments),
                Map.of("PATH", PATH, "LC_ALL", "C"),
                Path.of("/"),
                SIZE,
                new byte[0],
                Optional.empty());
    }

    static TerminalCommand withStdin(TerminalCommand c, byte[] stdin) {
        return new TerminalCommand(
                c.program(), c.arguments(), c.environment(), c.directory(), c.size(), stdin, c.secret());
    }

    static TerminalCommand withSecret(TerminalCommand c, byte[] secret) {
        return new TerminalCommand(
                c.program(), c.arguments(), c.environment(), c.directory(), c.size(), c.stdin(), Optional.of(secret));
    }

    static TerminalCommand withEnvironment(TerminalCommand c, Map<String, String> environment) {
        return new TerminalCommand(
                c.program(), c.arguments(), environment, c.directory(), c.size(), c.stdin(), c.secret());
    }

    public static TerminalCommand marked(TerminalCommand c, String value) {
        Map<String, String> environment = new HashMap<>(c.environment());
        environment.put(MARKER, value);
        return withEnvironment(c, environment);
    }

    static TerminalCommand withDirectory(TerminalCommand c, Path directory) {
        return new TerminalCommand(
                c.program(), c.arguments(), c.environment(), directory, c.size(), c.stdin(), c.secret());
    }

    static TerminalCommand withSize(TerminalCommand c, int cols, int rows) {
        return new TerminalCommand(
                c.program(),
                c.arguments(),
                c.environment(),
                c.directory(),
                new TerminalSize(cols, rows),
                c.stdin(),
                c.secret());
    }
}
