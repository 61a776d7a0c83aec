package org.claudecluster.worker.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.claudecluster.worker.Ports;

/**
 * How a packaged worker is started: its whole environment, and nothing of the test's own. Everything it writes lies below
 * {@code home}.
 */
public final class WorkerSetup {

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final int EXIT_SECONDS = 60;

    private final Path home;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> options = new ArrayList<>();
    private boolean alone;

    private WorkerSetup(Path home) {
        this.home = home;
        with("PATH", "/usr/local/bin:/usr/bin:/bin");
        with("HOME", home.toString());
        with("HOST", "127.0.0.1");
        with("PORT", String.valueOf(Ports.free()));
        with("WORKER_STORAGE_DATA_DIR", dataDir().toString());
        with("EXECUTOR_TYPE", "stub");
    }

    public static WorkerSetup in(Path home) {
        return new WorkerSetup(home);
    }

    public WorkerSetup with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Tasks run this program as if it were the CLI. */
    public WorkerSetup withCli(Path program) {
        return with("EXECUTOR_TYPE", "pty").with("CLAUDE_CLI_PATH", program.toString());
    }

    /** An option of the JVM, such as {@code -Dworker.queue.capacity=3}. */
    public WorkerSetup withOption(String option) {
        options.add(option);
        return this;
    }

    /** In a process namespace of its own, as in a container: it sees no process of other workers' tasks. */
    public WorkerSetup alone() {
        alone = true;
        return this;
    }

    public Path dataDir() {
        return home.resolve("data");
    }

    /** The names in a directory of the data directory, if it exists, without what is kept there to be used again. */
    List<String> left(String directory) {
        Path path = dataDir().resolve(directory);
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith(".spare"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return Integer.parseInt(environment.getOrDefault("PORT", "3001"));
    }

    /** Starts it and waits until it is ready. */
    public WorkerProcess start() throws IOException {
        WorkerProcess started = launch();
        started.awaitReady();
        return started;
    }

    /** Starts it and returns at once. */
    public WorkerProcess launch() throws IOException {
        Path log = Files.createTempFile(home, "worker", ".log");
        return new WorkerProcess(builder(log).start(), alone, port(), log);
    }

    /** Starts it and waits until it answers, ready or not. */
    WorkerProcess startUnready() throws IOException {
        WorkerProcess started = launch();
        started.awaitLive();
        return started;
    }

    /** What a start that fails says, and how it exits. */
    public record Refusal(int exitCode, List<String> lines) {}

    /** Starts it and waits for its end. */
    public Refusal startExpectingRefusal() throws IOException, InterruptedException {
        Path log = Files.createTempFile(home, "refused", ".log");
        Process process = builder(log).start();
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(
                        "still running, where a refused start was expected:\n" + Files.readString(log));
            }
            List<String> lines = Files.readAllLines(log).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            return new Refusal(process.exitValue(), lines);
        } finally {
            process.destroyForcibly();
        }
    }

    private ProcessBuilder builder(Path log) {
        if (!Files.exists(JAR)) {
            throw new AssertionError(JAR + " is missing: run mvn package before this test");
        }
        List<String> command = new ArrayList<>();
        if (alone) {
            command.addAll(List.of("unshare", "--user", "--map-root-user", "--pid", "--mount-proc", "--fork"));
            command.add("--kill-child");
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + JAR.resolveSibling("jvm.options"));
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).redirectInput(new File("/dev/null"));
        return builder;
    }

    /** A program that answers {@code --version} and else runs its prompt as a shell script. */
    public static Path shellCli(Path directory) throws IOException {
        Path program = directory.resolve("shell-cli");
        Files.writeString(program, """
                #!/bin/sh
                case "$1" in --version) echo '9.9.9 (a shell)'; exit 0 ;; esac
                eval "$(cat)"
                """, StandardCharsets.UTF_8);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException("not executable: " + program);
        }
        return program;
    }
}
