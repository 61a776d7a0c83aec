package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.claude.SessionFiles;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.cli.CliCall;
import org.claudecluster.worker.cli.CliCommand;
import org.claudecluster.worker.cli.CliProbe;
import org.claudecluster.worker.cli.CliTrial;
import org.claudecluster.worker.cli.ConfigOverlay;
import org.claudecluster.worker.cli.ConfigOverlays;
import org.claudecluster.worker.cli.CredentialProbe;
import org.claudecluster.worker.cli.DirectoryPool;
import org.claudecluster.worker.cli.PtySettings;
import org.claudecluster.worker.cli.SetAside;
import org.claudecluster.worker.cli.TaskDirectories;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.credential.CredentialTrial;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.outcome.RunEnd;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeAccount;
import org.claudecluster.worker.process.TreeEnd;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.watchdog.RunWatch;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.FreeSpace;
import org.claudecluster.worker.workspace.Standing;
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
    private final CredentialTrial trial;
    private final CliCommand commands;
    private final SessionFiles sessions;
    private final ConfigOverlays overlays;
    private final TaskDirectories.Pools pools;
    private final WorkDirectories used;

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
        this.used = new WorkDirectories(clock);
        this.containment = containment;
        this.launcher = launcher;
        this.settings = settings;
        this.observer = observer;
        this.overlays = new ConfigOverlays(settings);
        CliCall call = new CliCall(launcher, containment, settings, overlays);
        this.probe = new CliProbe(call, settings);
        this.trial = new CliTrial(new CredentialProbe(call, settings.verifyModel(), clock), credentials);
        this.sessions = new SessionFiles(settings.claudeDirectory());
        this.commands = new CliCommand(settings, sessions, credentials);
        DirectoryPool temporaries = new DirectoryPool(settings.state().resolve(TEMPORARIES));
        this.pools = new TaskDirectories.Pools(
                new DirectoryPool(settings.workspaces()),
                new DirectoryPool(left.homes()),
                left.sharesHome() ? Optional.of(settings.home()) : Optional.empty(),
                temporaries,
                new SetAside(List.of(temporaries.root())));
    }

    /** Sets aside what a predecessor left in the directories that tasks get for temporary files, and makes HOME. */
    public void prepare() throws IOException {
        Files.createDirectories(settings.home());
        pools.aside().all();
        overlays.prepare();
        for (DirectoryPool pool : List.of(pools.workspaces(), pools.homes())) {
            try {
                pools.aside().replace(pool.spares());
            } catch (IOException e) {
                LOG.warnf("spare directories of a predecessor stay: %s: %s", pool.spares(), e);
            }
        }
    }

    /** Removes what was set aside; to be called when nobody of a predecessor's is at work in it any more. */
    public void sweep() {
        pools.aside().remove();
        overlays.sweep();
    }

    @Override
    public ExecutorType type() {
        return ExecutorType.PTY;
    }

    /** Tries credentials with this executor's CLI. */
    public CredentialTrial credentialTrial() {
        return trial;
    }

    /** The CLI's sessions that a retry can go on with. */
    public Sessions sessions() {
        return new Resumable(sessions, left);
    }

    @Override
    public Availability probe() {
        Availability found = probe.run();
        if (found instanceof Availability.Available && credentials.current() instanceof Credential.None none) {
            CredentialTrial.Login login = trial.tryLogin(none);
            if (credentials.isUsable()) {
                return found;
            }
            String why = credentials.status().reason().orElse(Credentials.NONE);
            return login == CredentialTrial.Login.SILENT
                    ? new Availability.Unknown(why)
                    : new Availability.Unavailable(why);
        }
        return found;
    }

    @Override
    public boolean isInPlace() {
        return probe.isInPlace();
    }

    @Override
    public Verdict run(TaskRun run) throws InterruptedException {
        Optional<TaskId> other = left.enter(run.task());
        if (other.isPresent()) {
            return notStarted(
                    Reason.WORKSPACE_FAILED,
                    "task %s is going on with this session: continue that one when it has ended"
                            .formatted(other.get()));
        }
        try {
            return runAlone(run);
        } finally {
            left.leave(run.task());
        }
    }

    private Verdict runAlone(TaskRun run) throws InterruptedException {
        Deadline deadline = new Deadline(run.task().spec().timeout());
        Optional<UUID> session = Optional.empty();
        try {
            Standing before = left.standing(run.task());
            Optional<Verdict> lost = WorkspacePreparer.lost(run.task(), before);
            if (lost.isPresent()) {
                return lost.get();
            }
            try (TaskDirectories directories = TaskDirectories.open(run.task(), before, pools);
                    WorkDirectories.Use use = used.enter(run.task(), directories.work())) {
                Optional<Verdict> refused = WorkspacePreparer.problem(run, directories, use, left, deadline);
                if (refused.isPresent()) {
                    return refused.get();
                }
                try {
                    return runIn(directories, run, deadline);
                } finally {
                    session = run.task().sessionId().map(UUID::fromString).filter(sessions::reaches);
                    session.ifPresent(_ -> directories.keep());
                }
            }
        } catch (TaskDirectories.OutsideWorkspaceException e) {
            return notStarted(Reason.PERMISSION_BLOCKED, String.valueOf(e.getMessage()));
        } catch (CliCommand.SessionLostException e) {
            return notStarted(Reason.WORKSPACE_FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean full = FreeSpace.isFull(pools.workspaces().root())
                    || FreeSpace.isFull(pools.temporaries().root());
            return notStarted(
                    full ? Reason.NO_SPACE : Reason.WORKSPACE_FAILED, "the task's directories can't be used: " + e);
        } finally {
            left.settle(run.task(), session);
        }
    }

    private Verdict runIn(TaskDirectories directories, TaskRun run, Deadline deadline)
            throws IOException, InterruptedException {
        Credential credential = credentials.current();
        String name = run.task().id().toString();
        try (ConfigOverlay overlay = overlays.open(name, directories.work(), credential)) {
            directories.fills(List.of(overlay.directory()));
            run.task()
                    .sessionId()
                    .ifPresent(id -> directories.fills(sessions.expected(directories.work(), UUID.fromString(id))));
            Verdict verdict = supervise(
                    run, directories, deadline, () -> commands.of(run.task(), directories, overlay, credential));
            credentials.heard(credential, verdict);
            return verdict.ranWith(credential.fingerprint());
        }
    }

    /** Makes the command, or says why there is none. */
    private interface Command {
        TerminalCommand make() throws LaunchException, CliCommand.SessionLostException;
    }

    private Verdict supervise(TaskRun run, TaskDirectories directories, Deadline deadline, Command command)
            throws InterruptedException, CliCommand.SessionLostException {
        if (run.stop().cause().isPresent()) {
            return new Verdict(
                    RunOutcomes.ended(run.stop().cause().get(), run.stop().detail(), new Ending.NotStarted()),
                    Optional.empty());
        }
        PtySession session = new PtySession(run.transcript(), observer, clock, watchdog.clock());
        Terminal terminal;
        String marker = CliCommand.marker(run.task());
        containment.expect(marker);
        try {
            terminal = launcher.launch(command.make().ofRun(marker), session);
        } catch (LaunchException e) {
            containment.callOff(marker);
            Reason reason = reason(e.kind());
            boolean full = reason == Reason.NEVER_STARTED && isFull(directories);
            return notStarted(full ? Reason.NO_SPACE : reason, e.getMessage() + advice(e.kind()));
        } catch (CliCommand.SessionLostException e) {
            containment.callOff(marker);
            throw e;
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
            boolean byItself = end(session, terminal, tree, run);
            TreeAccount account = tree.account();
            RunEnd end = ended(byItself, session, run, machine(account, run));
            if (RunOutcomes.of(end) instanceof Outcome.Failed && isFull(directories)) {
                end = end.onFullDisk();
            }
            end.unknownWords().forEach(observer::unknownWord);
            return RunOutcomes.verdict(end).measured(Footprints.of(seen, terminal.cpu(), account));
        }
    }

    private RunEnd ended(boolean byItself, PtySession session, TaskRun run, RunEnd.Machine machine)
            throws InterruptedException {
        return new RunEnd(
                RunEnd.ending(exitOf(session)),
                run.stop().cause().filter(cause -> !byItself || cause.endsAtOnce()),
                run.stop().detail(),
                session.report().told(),
                probe.speaker(),
                machine,
                run.task().spec().claude().jsonSchema().isPresent());
    }

    private RunEnd.Machine machine(TreeAccount account, TaskRun run) {
        // A program may have printed too much and ended between two looks of the watchdog.
        boolean pastCap = watchdog.settings().endAtCap()
                && run.transcript().isPastCap()
                && run.stop().cause().isEmpty();
        return new RunEnd.Machine(account.outOfMemory(), pastCap, false);
    }

    /** A full disk is a reason to fail, not a failure: it is looked at where there is one. */
    private static boolean isFull(TaskDirectories directories) {
        return directories.filled().stream().anyMatch(FreeSpace::isFull);
    }

    private static RunWatch.Subject subject(TaskRun run, PtySession session, TaskDirectories directories) {
        return new RunWatch.Subject(
                run.task().id(),
                session.signs(),
                run.stop(),
                directories.filled(),
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

    /**
     * Says whether the program had ended by itself before. INVARIANT: the slot is not free before nothing of the tree is
     * left, or what is left was told.
     */
    private boolean end(PtySession session, Terminal terminal, ProcessTree tree, TaskRun run)
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
        return byItself;
    }

    /** A killed leader is reaped within moments; a leader in an uninterruptible sleep must not hold the slot for ever. */
    private static Optional<ProcessExit> exitOf(PtySession session) throws InterruptedException {
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

    private static String advice(LaunchException.Kind kind) {
        return kind == LaunchException.Kind.ARGUMENTS_TOO_LONG
                ? ": shorten the texts in claude.* or worker.task.env.*, or raise the worker's stack limit"
                : "";
    }

    private static Reason reason(LaunchException.Kind kind) {
        return switch (kind) {
            case PROGRAM_NOT_FOUND -> Reason.CLI_NOT_FOUND;
            case PROGRAM_NOT_EXECUTABLE -> Reason.CLI_NOT_EXECUTABLE;
            case DIRECTORY_MISSING, ARGUMENTS_TOO_LONG, RESOURCES -> Reason.NEVER_STARTED;
        };
    }
}
