package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.Programs;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.Signal;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.terminal.TerminalExit;
import org.claudecluster.worker.terminal.TerminalListener;

/** Asks the CLI for its version through a pseudo-terminal, which shows that both work. */
final class CliProbe {

    private static final int PATIENCE_SECONDS = 10;
    private static final int MAX_ANSWER = 200;

    private final PtyLauncher launcher;
    private final PtySettings settings;

    CliProbe(PtyLauncher launcher, PtySettings settings) {
        this.launcher = launcher;
        this.settings = settings;
    }

    Availability run() {
        Optional<Path> program =
                Programs.find(settings.cli(), settings.environment().getOrDefault("PATH", ""));
        if (program.isEmpty()) {
            return new Availability.Unavailable("no program at CLAUDE_CLI_PATH=" + settings.cli()
                    + ": install the CLI (npm i -g @anthropic-ai/claude-code) or set the path");
        }
        try {
            return ask(program.get());
        } catch (LaunchException | IOException e) {
            return new Availability.Unavailable(
                    "CLAUDE_CLI_PATH=" + settings.cli() + " does not start in a pseudo-terminal: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Availability.Unavailable("the probe was interrupted");
        }
    }

    private Availability ask(Path program) throws LaunchException, IOException, InterruptedException {
        Path temporary = Files.createDirectories(settings.state().resolve("tmp").resolve("probe"));
        Answer answer = new Answer();
        Terminal terminal = launcher.launch(
                new TerminalCommand(
                        program,
                        List.of("--version"),
                        ChildEnvironment.of(
                                settings.environment(),
                                settings.extraEnvironment(),
                                "probe",
                                settings.home(),
                                settings.claudeDirectory(),
                                temporary),
                        temporary,
                        settings.size(),
                        new byte[0],
                        Optional.empty()),
                answer);
        try {
            return answer.exited.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            terminal.signal(Signal.KILL);
            return new Availability.Unavailable(
                    "CLAUDE_CLI_PATH=" + settings.cli() + " did not answer --version in " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            TaskDirectories.deleteTree(temporary);
        }
    }

    private static final class Answer implements TerminalListener {

        private final StringBuilder printed = new StringBuilder();
        private final CompletableFuture<Availability> exited = new CompletableFuture<>();

        @Override
        public void output(ByteBuffer bytes) {
            if (printed.length() < MAX_ANSWER) {
                printed.append(StandardCharsets.UTF_8.decode(bytes));
            }
        }

        @Override
        public void exited(TerminalExit exit) {
            Optional<String> version = printed.toString().lines().findFirst().map(String::strip);
            boolean fine = exit.equals(new TerminalExit.Exited(0)) && version.isPresent();
            exited.complete(
                    fine
                            ? new Availability.Available(version)
                            : new Availability.Unavailable("the CLI answered --version with " + exit));
        }
    }
}
