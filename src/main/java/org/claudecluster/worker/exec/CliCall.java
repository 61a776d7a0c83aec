package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.claude.Credential;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.Programs;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.Signal;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.terminal.TerminalExit;
import org.claudecluster.worker.terminal.TerminalListener;

/** Runs the CLI for the worker itself, to ask it something: no task, no transcript. What it asks starts no tools. */
final class CliCall {

    private final PtyLauncher launcher;
    private final PtySettings settings;
    private final ChildEnvironment environments;
    private final ConfigOverlays overlays;

    CliCall(PtyLauncher launcher, PtySettings settings, ConfigOverlays overlays) {
        this.launcher = launcher;
        this.settings = settings;
        this.environments = new ChildEnvironment(settings.environment());
        this.overlays = overlays;
    }

    /** What is asked. */
    record Question(List<String> arguments, String stdin, Map<String, String> environment, int seconds, int maxAnswer) {
        Question {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        /** One that takes a moment and is answered in a line or two. */
        static Question brief(int seconds, String... arguments) {
            return new Question(List.of(arguments), "", Map.of(), seconds, 4096);
        }
    }

    /** What came of it. */
    sealed interface Answer {
        record Said(TerminalExit exit, String text) implements Answer {
            /** The text may hold anything. */
            @Override
            public String toString() {
                return "Said[" + exit + "]";
            }
        }

        /** Nothing in time. */
        record Silent() implements Answer {}
    }

    /** Whether there is a program to be called. */
    Optional<Path> program() {
        return Programs.find(settings.cli(), settings.environment().getOrDefault("PATH", ""));
    }

    Answer ask(Path program, Question question, Credential credential)
            throws LaunchException, IOException, InterruptedException {
        String name = "probe-" + UUID.randomUUID();
        Path temporary = Files.createDirectories(settings.state().resolve("tmp").resolve(name));
        Collected collected = new Collected(question.maxAnswer());
        try (ConfigOverlay overlay = overlays.open(name, temporary, credential)) {
            TerminalCommand command = new TerminalCommand(
                    program,
                    overlay.arguments(question.arguments()),
                    environment(question, name, overlay, temporary, credential),
                    temporary,
                    settings.size(),
                    question.stdin().getBytes(StandardCharsets.UTF_8),
                    credential.secret());
            return await(launcher.launch(command, collected), collected, question.seconds());
        } finally {
            TaskDirectories.deleteTree(temporary);
        }
    }

    private Map<String, String> environment(
            Question question, String name, ConfigOverlay overlay, Path temporary, Credential credential) {
        Map<String, String> extra = new HashMap<>(credential.environment());
        extra.putAll(settings.extraEnvironment());
        extra.putAll(question.environment());
        return environments.of(extra, name, settings.home(), overlay.directory(), temporary);
    }

    private static Answer await(Terminal terminal, Collected collected, int seconds) throws InterruptedException {
        try {
            TerminalExit exit = collected.exited.get(seconds, TimeUnit.SECONDS);
            return new Answer.Said(exit, collected.text());
        } catch (TimeoutException _) {
            terminal.signal(Signal.KILL);
            return new Answer.Silent();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The beginning of what was printed. */
    private static final class Collected implements TerminalListener {

        private final byte[] printed;
        private int length;
        private final CompletableFuture<TerminalExit> exited = new CompletableFuture<>();

        Collected(int most) {
            this.printed = new byte[most];
        }

        @Override
        public synchronized void output(ByteBuffer bytes) {
            int more = Math.min(bytes.remaining(), printed.length - length);
            bytes.get(printed, length, more);
            length += more;
        }

        synchronized String text() {
            return new String(printed, 0, length, StandardCharsets.UTF_8);
        }

        @Override
        public void exited(TerminalExit exit) {
            exited.complete(exit);
        }
    }
}
