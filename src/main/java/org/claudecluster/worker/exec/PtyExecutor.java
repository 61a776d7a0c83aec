package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.claude.Credential;
import org.claudecluster.worker.claude.SessionFiles;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Footprint;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.terminal.Containment;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.ProcessTree;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.Signal;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.terminal.TerminalExit;
import org.claudecluster.worker.terminal.TreeAccount;
import org.claudecluster.worker.terminal.TreeEnd;
import org.claudecluster.worker.workspace.Space;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.jboss.logging.Logger;

/** Runs the CLI in a pseudo-terminal and answers only when its whole process tree is gone. */
public final class PtyExecutor implements TaskExecutor {

    private static final Logger LOG = Logger.getLogger(PtyExecutor.class);

    /** Below the state directory; in it a directory for each task that runs. */
    public static final String TEMPORARIES = "tmp";

    private final PtyLauncher launcher;
    private final Containment containment;
    private final PtySettings settings;
    private final TaskObserver observer;
    private final InstantSource clock;
    private final Watchdog watchdog;
    private final Credentials credentials;
    private final TaskWorkspaces left;
    private final CliProbe probe;
    private final AuthProbe auth;
    private final CliCommand commands;
    private final SessionFiles sessions;
    private final ConfigOverlays overlays;
    private final DirectoryPool workspaces;
    private final DirectoryPool temporaries;
    private final FollowUps followUps = new FollowUps();

    public PtyExecutor(
            PtyLauncher launcher,
            Containment containment,
            PtySettings settings,
            Credentials credentials,
            TaskObserver observer,
            InstantSource clock,
            Watchdog watchdog,
            TaskWorkspaces left) {
        this.watchdog = watchdog;
        this.credentials = credentials;
        this.left = left;
        this.clock = clock;
        this.containment = containment;
        this.launcher = launcher;
        this.settings = settings;
        this.observer = observer;
        this.overlays = new ConfigOverlays(settings);
        CliCall call = new CliCall(launcher, settings, overlays);
        this.probe = new CliProbe(call, settings);
        this.auth = new AuthProbe(call, settings.verifyModel(), clock);
        this.sessions = new SessionFiles(settings.claudeDirectory());
        this.commands = new CliCommand(settings, sessions, credentials);
        this.workspaces = new DirectoryPool(settings.workspaces());
        this.temporaries = new DirectoryPool(settings.state().resolve(TEMPORARIES));
    }

    /** Removes what a predecessor left in the directories that tasks get for temporary files, and makes HOME. */
    public void prepare() throws IOException {
        Files.createDirectories(settings.home());
        TaskDirectories.deleteTree(temporaries.root());
        overlays.prepare();
        workspaces.clear();
    }

    @Override
    public ExecutorType type() {
        return ExecutorType.PTY;
    }

    /** The CLI's sessions that a retry can go on with. */
    public Sessions sessions() {
        return sessions;
    }

    @Override
    public Availability probe() {
        Availability found = probe.run();
        if (found instanceof Availability.Available && credentials.current() instanceof Credential.None none) {
            tryLogin(none);
            return credentials.isUsable()
                    ? found
                    : new Availability.Unavailable(credentials.status().reason().orElse(Credentials.NONE));
        }
        return found;
    }

    /** Asks the CLI whether it takes this for a credential; a CLI that does not say is believed. */
    void tryLogin(Credential credential) {
        Optional<Boolean> loggedIn = auth.isLoggedIn(credential);
        if (loggedIn.equals(Optional.of(true))) {
            credentials.present(credential);
        } else if (loggedIn.isPresent()) {
            credentials.unusable(credential);
        } else {
            credentials.inconclusive(credential);
        }
    }

    /** Finds out by one real turn. */
    void tryTurn(Credential credential) {
        credentials.inconclusive(credential);
        auth.oneTurn(credential).ifPresent(verdict -> credentials.heard(credential, verdict));
    }

    @Override
    public Verdict run(TaskRun run) throws InterruptedException {
        Optional<TaskId> other = followUps.enter(run.task());
        if (other.isPresent()) {
            return notStarted(
                    Reason.WORKSPACE_FAILED,
                    "task %s is going on with this session: continue that one when it has ended"
                            .formatted(other.get()));
        }
        try {
            return runAlone(run);
        } finally {
            followUps.leave(run.task());
        }
    }

    private Verdict runAlone(TaskRun run) throws InterruptedException {
        Deadline deadline = new Deadline(run.task().spec().timeout());
        try (TaskDirectories directories = TaskDirectories.open(run.task(), workspaces, temporaries)) {
            Optional<Verdict> refused = Preparing.problem(run, directories, left, deadline);
            return refused.isPresent()
                    ? refused.get()
                    : FullDisk.judge(
                            runIn(directories, run, deadline), List.of(directories.work(), directories.temporary()));
        } catch (TaskDirectories.OutsideWorkspaceException e) {
            return notStarted(Reason.PERMISSION_BLOCKED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean full = Space.isFull(workspaces.root()) || Space.isFull(temporaries.root());
            return notStarted(
                    full ? Reason.NO_SPACE : Reason.NEVER_STARTED, "the task's directories can't be used: " + e);
        } finally {
            left.settle(run.task());
        }
    }

    private Verdict runIn(TaskDirectories directories, TaskRun run, Deadline deadline)
            throws IOException, InterruptedException {
        Credential credential = credentials.current();
        String name = run.task().id().toString();
        try (ConfigOverlay overlay = overlays.open(name, directories.work(), credential)) {
            Verdict verdict = supervise(
                    run, directories, deadline, () -> commands.of(run.task(), directories, overlay, credential));
            credentials.heard(credential, verdict);
            return verdict.ranWith(credential.fingerprint());
        }
    }

    /** Makes the command, or says why there is none. */
    private interface Command {
        TerminalCommand make() throws LaunchException;
    }

    private Verdict supervise(TaskRun run, TaskDirectories directories, Deadline deadline, Command command)
            throws InterruptedException {
        if (run.stop().cause().isPresent()) {
            return new Verdict(Stops.outcome(run.stop().cause().get(), new Ending.NotStarted()), Optional.empty());
        }
        PtySession session = new PtySession(run.transcript(), observer, clock, watchdog.clock());
        Terminal terminal;
        String marker = CliCommand.marker(run.task());
        containment.expect(marker);
        try {
            terminal = launcher.launch(command.make().ofRun(marker), session);
        } catch (LaunchException e) {
            containment.callOff(marker);
            return notStarted(reason(e.kind()), String.valueOf(e.getMessage()));
        }
        run.transcript().onRoom(terminal::readOn);
        ProcessTree tree =
                containment.enclose(terminal, marker, watchdog.settings().limits());
        // At once and on the thread that finds out: the rest of the tree follows, but nothing waits for its turn first.
        CompletableFuture<Void> _ = run.stop().atOnce().thenRun(() -> terminal.signal(Signal.KILL));
        try (Watchdog.Watching watching = watchdog.watch(tree, subject(run, session, directories))) {
            awaitEnd(session, terminal, run.stop(), deadline);
            // Of a leader that has ended by itself the kernel tells more than a look at what it left.
            Footprint seen = terminal.alive() ? watching.last() : watching.seen();
            Verdict verdict = end(session, terminal, tree, run);
            TreeAccount account = tree.account();
            Verdict judged = account.outOfMemory() ? Endings.outOfMemory(verdict) : verdict;
            return withinCap(judged, run).measured(Endings.footprint(seen, terminal.cpu(), account));
        }
    }

    /** A program may have printed too much and ended between two looks of the watchdog. */
    private Verdict withinCap(Verdict verdict, TaskRun run) {
        boolean tooMuch = watchdog.settings().endAtCap() && run.transcript().isPastCap();
        return tooMuch && run.stop().cause().isEmpty()
                ? verdict.as(
                        Stops.outcome(StopCause.OUTPUT_LIMIT, verdict.outcome().ending()))
                : verdict;
    }

    private static RunWatch.Subject subject(TaskRun run, PtySession session, TaskDirectories directories) {
        return new RunWatch.Subject(
                run.task().id(),
                session.signs(),
                run.stop(),
                List.of(directories.work(), directories.temporary()),
                run.transcript()::isPastCap,
                () -> session.report().hopeless().isPresent());
    }

    /** Returns when the program has ended, or has to be. */
    private void awaitEnd(PtySession session, Terminal terminal, StopSignal stop, Deadline deadline) {
        try {
            if (!isDone(CompletableFuture.anyOf(session.exited(), stop.any()), deadline.left())) {
                stop.ask(StopCause.TIMED_OUT);
            } else if (stop.cause().equals(Optional.of(StopCause.INTERRUPTED))) {
                terminal.signal(Signal.INTERRUPT);
                boolean _ = isDone(
                        CompletableFuture.anyOf(session.exited(), stop.asked()),
                        settings.grace().soft());
            }
        } catch (InterruptedException _) {
            stop.ask(StopCause.DRAINED);
        }
    }

    private static boolean isDone(CompletableFuture<?> future, Duration limit) throws InterruptedException {
        try {
            future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** INVARIANT: the slot is not free before nothing of the tree is left, or what is left was told. */
    private Verdict end(PtySession session, Terminal terminal, ProcessTree tree, TaskRun run)
            throws InterruptedException {
        boolean byItself = session.exited().isDone();
        TreeEnd ended = byItself
                ? tree.sweep()
                : tree.end(terminal, settings.grace().tree(), run.stop().atOnce()::isDone);
        if (!ended.survivors().isEmpty()) {
            observer.leaked(ended.survivors().size());
            LOG.warnf(
                    "processes could not be ended taskId=%s pids=%s", run.task().id(), ended.survivors());
        }
        return Endings.verdict(session.report(), ending(exitOf(session)), byItself, run.stop());
    }

    /** A killed leader is reaped within moments; a leader in an uninterruptible sleep must not hold the slot for ever. */
    private static Optional<TerminalExit> exitOf(PtySession session) throws InterruptedException {
        try {
            return Optional.of(session.exited().get(5, TimeUnit.SECONDS));
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Verdict notStarted(Reason reason, String message) {
        return new Verdict(new Outcome.Failed(reason, message, new Ending.NotStarted()), Optional.empty());
    }

    static Ending ending(Optional<TerminalExit> exit) {
        return exit.<Ending>map(known -> switch (known) {
                    case TerminalExit.Exited(int code) -> new Ending.Exited(code);
                    case TerminalExit.Signalled(int signal) -> new Ending.Signalled(signal);
                })
                .orElseGet(Ending.NotStarted::new);
    }

    private static Reason reason(LaunchException.Kind kind) {
        return switch (kind) {
            case PROGRAM_NOT_FOUND -> Reason.CLI_NOT_FOUND;
            case PROGRAM_NOT_EXECUTABLE -> Reason.CLI_NOT_EXECUTABLE;
            case DIRECTORY_MISSING, ARGUMENTS_TOO_LONG, RESOURCES -> Reason.NEVER_STARTED;
        };
    }
}
