package org.claudecluster.worker.terminal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.ProcessTree;

/**
 * What is to run in a terminal. Bytes are copied on the way in and on the way out; two commands are equal only when
 * they hold the same arrays, that is, hardly ever: compare components instead.
 *
 * @param program absolute path of an executable file; {@link Programs#find} resolves names
 * @param arguments without {@code argv[0]}, which is the program's path
 * @param environment the whole environment, nothing is added; by convention one entry names the task, and
 *     {@link ProcessTree} finds by it what the command started
 * @param directory absolute path of the working directory
 * @param size the terminal's size from the program's first instruction on
 * @param stdin bytes given on file descriptor 0 before its end; empty means the end at once
 * @param secret 1 to 4,096 bytes offered once on file descriptor 3; without it there is no descriptor 3
 * @param run names the run whose brand the program gets at once where the system has such a thing, see {@link Containment}
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are copied in and out; a list of boxes would not do
public record TerminalCommand(
        Path program,
        List<String> arguments,
        Map<String, String> environment,
        Path directory,
        TerminalSize size,
        byte[] stdin,
        Optional<byte[]> secret,
        Optional<String> run) {

    /** Within one page, the smallest pipe there is: writing the secret never blocks. */
    public static final int MAX_SECRET_BYTES = 4096;

    public TerminalCommand {
        if (!program.isAbsolute()) throw new IllegalArgumentException("program must be absolute: " + program);
        if (!directory.isAbsolute()) throw new IllegalArgumentException("directory must be absolute: " + directory);
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        stdin = stdin.clone();
        secret = secret.map(byte[]::clone);
        if (arguments.stream().anyMatch(TerminalCommand::hasNul))
            throw new IllegalArgumentException("an argument contains NUL");
        environment.forEach(TerminalCommand::requireEntry);
        secret.ifPresent(TerminalCommand::requireSecret);
    }

    /** One that is no run's. */
    public TerminalCommand(
            Path program,
            List<String> arguments,
            Map<String, String> environment,
            Path directory,
            TerminalSize size,
            byte[] stdin,
            Optional<byte[]> secret) {
        this(program, arguments, environment, directory, size, stdin, secret, Optional.empty());
    }

    /** The same as a run's. */
    public TerminalCommand ofRun(String name) {
        return new TerminalCommand(program, arguments, environment, directory, size, stdin, secret, Optional.of(name));
    }

    @Override
    public byte[] stdin() {
        return stdin.clone();
    }

    @Override
    public Optional<byte[]> secret() {
        return secret.map(byte[]::clone);
    }

    /** Shapes only: arguments, environment values, stdin and secret may be confidential. */
    @Override
    public String toString() {
        return "TerminalCommand[program=%s, arguments=%d, environment=%s, directory=%s, size=%s, stdin=%d B, secret=%s]"
                .formatted(
                        program,
                        arguments.size(),
                        environment.keySet(),
                        directory,
                        size,
                        stdin.length,
                        secret.isPresent() ? "yes" : "no");
    }

    private static void requireEntry(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || hasNul(name) || hasNul(value))
            throw new IllegalArgumentException("not an environment entry: " + name);
    }

    private static void requireSecret(byte[] secret) {
        if (secret.length < 1 || secret.length > MAX_SECRET_BYTES)
            throw new IllegalArgumentException(
                    "secret must have 1 to " + MAX_SECRET_BYTES + " bytes: " + secret.length);
    }

    private static boolean hasNul(String text) {
        return text.indexOf('\0') >= 0;
    }
}
