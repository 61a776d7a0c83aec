package org.claudecluster.worker.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeEnd;
import org.claudecluster.worker.process.TreeLimits;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.terminal.Channel;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.Programs;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.terminal.TerminalListener;
import org.claudecluster.worker.time.Waits;
import org.jboss.logging.Logger;

/**
 * Runs the CLI for the worker itself, to ask it something: no task, no transcript. It may start more all the same, an
 * {@code apiKeyHelper} or an operator's hooks: so it is contained as a run is, and nothing of it is left when it was asked.
 */
public final class CliCall {

    private static final Logger LOG = Logger.getLogger(CliCall.class);
    private static final Grace NONE = new Grace(Duration.ZERO, Duration.ZERO);

    private final PtyLauncher launcher;
    private final Containment containment;
    private final PtySettings settings;
    private final ChildEnvironment environments;
    private final ConfigOverlays overlays;

    public CliCall(PtyLauncher launcher, Containment containment, PtySettings settings, ConfigOverlays overlays) {
        this.launcher = launcher;
        this.containment = containment;
        this.settings = settings;
        this.environments = new ChildEnvironment(settings.environment());
        this.overlays = overlays;
    }

    /** A question to the CLI. */
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

    /** The CLI's answer. */
    sealed interface Answer {
        record Said(ProcessExit exit, String text, String errors) implements Answer {
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
        String name = OwnCalls.next();
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
            return run(command.ofRun(name), name, collected, question.seconds());
        } finally {
            remove(temporary);
        }
    }

    /** INVARIANT: when this returns its processes are gone, or what is left was told: its directories are used again. */
    private Answer run(TerminalCommand command, String name, Collected collected, int seconds)
            throws LaunchException, InterruptedException {
        containment.expect(name);
        Terminal terminal;
        try {
            terminal = launcher.launch(command, collected);
        } catch (LaunchException e) {
            containment.callOff(name);
            throw e;
        }
        ProcessTree tree = containment.enclose(terminal, name, TreeLimits.NONE);
        try {
            return await(collected, seconds);
        } finally {
            end(terminal, tree);
        }
    }

    /** Also when this thread was interrupted: that can wait for the moment that it takes. */
    private static void end(Terminal terminal, ProcessTree tree) {
        boolean interrupted = Thread.interrupted();
        try {
            TreeEnd end = tree.end(terminal, NONE, () -> true);
            if (!end.survivors().isEmpty()) {
                LOG.warnf("processes of a question to the CLI could not be ended pids=%s", end.survivors());
            }
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never throws: what can't be removed must not undo what the question came to. */
    private static void remove(Path temporary) {
        try {
            FileTrees.delete(temporary);
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("temporary files of a question to the CLI are left in %s: %s", temporary, e);
        }
    }

    private Map<String, String> environment(
            Question question, String name, ConfigOverlay overlay, Path temporary, Credential credential) {
        Map<String, String> extra = new HashMap<>(credential.environment());
        extra.putAll(settings.extraEnvironment());
        extra.putAll(question.environment());
        Map<String, String> whole =
                new HashMap<>(environments.of(extra, name, settings.home(), overlay.directory(), temporary));
        whole.put(ChildEnvironment.RUN_MARKER, name);
        return whole;
    }

    private static Answer await(Collected collected, int seconds) throws InterruptedException {
        return Waits.value(collected.exited, Duration.ofSeconds(seconds))
                .<Answer>map(exit -> new Answer.Said(exit, collected.of(Channel.OUTPUT), collected.of(Channel.ERROR)))
                .orElseGet(Answer.Silent::new);
    }

    /** The beginning of what was printed to each channel. */
    private static final class Collected implements TerminalListener {

        private final int most;
        private final Map<Channel, ByteArrayOutputStream> printed = new EnumMap<>(Channel.class);
        private final CompletableFuture<ProcessExit> exited = new CompletableFuture<>();

        Collected(int most) {
            this.most = most;
        }

        @Override
        public synchronized void output(Channel channel, ByteBuffer bytes) {
            ByteArrayOutputStream before = printed.computeIfAbsent(channel, _ -> new ByteArrayOutputStream());
            byte[] more = new byte[Math.min(bytes.remaining(), most - before.size())];
            bytes.get(more);
            before.writeBytes(more);
        }

        synchronized String of(Channel channel) {
            ByteArrayOutputStream all = printed.get(channel);
            return all == null ? "" : all.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void exited(ProcessExit exit) {
            exited.complete(exit);
        }
    }
}
