package org.claudecluster.worker.exec;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.claudecluster.worker.cli.CliCommand;
import org.claudecluster.worker.cli.RunGrace;
import org.claudecluster.worker.cli.TaskDirectories;
import org.claudecluster.worker.outcome.RunEnd;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.Speaker;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeAccount;
import org.claudecluster.worker.process.TreeEnd;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
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
import org.claudecluster.worker.time.Waits;
import org.claudecluster.worker.watchdog.RunWatch;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.FreeSpace;
import org.jboss.logging.Logger;

/** Supervises one run of the CLI from its launch until nothing of its process tree is left. */
final class RunSupervisor {

    private static final Logger LOG = Logger.getLogger(RunSupervisor.class);
    /** How long a killed leader may take to be reaped. */
    private static final Duration REAPED = Duration.ofSeconds(5);

    private final PtyLauncher launcher;
    private final Containment containment;
    private final RunGrace grace;
    private final TaskObserver observer;
    private final InstantSource clock;
    private final Watchdog watchdog;
    private final Supplier<Speaker> speaker;

    /** The speaker is asked at the end of each run: who the CLI turned out to be. */
    RunSupervisor(
            PtyLauncher launcher,
            Containment containment,
            RunGrace grace,
            TaskObserver observer,
            InstantSource clock,
            Watchdog watchdog,
            Supplier<Speaker> speaker) {
        this.launcher = launcher;
        this.containment = containment;
        this.grace = grace;
        this.observer = observer;
        this.clock = clock;
        this.watchdog = watchdog;
        this.speaker = speaker;
    }

    /** Makes the command, or says why there is none. */
    interface Command {
        TerminalCommand make() throws LaunchException, CliCommand.SessionLostException;
    }

    /**
     * Launches the command and waits for its end, or ends it: by the run's stop signal, its deadline or the watchdog. The
     * directories are those that the run fills.
     */
    Verdict supervise(TaskRun run, TaskDirectories directories, Deadline deadline, Command command)
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
                speaker.get(),
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
            if (!Waits.isDone(CompletableFuture.anyOf(session.exited(), stop.any()), deadline.left())) {
                stop.ask(StopCause.TIMED_OUT);
            } else if (stop.cause().equals(Optional.of(StopCause.INTERRUPTED))) {
                terminal.signal(Signal.INTERRUPT);
                boolean _ = Waits.isDone(CompletableFuture.anyOf(session.exited(), stop.asked()), grace.soft());
            }
        } catch (InterruptedException _) {
            stop.ask(StopCause.DRAINED);
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
                : tree.end(terminal, grace.tree(), run.stop().atOnce()::isDone);
        if (!ended.survivors().isEmpty()) {
            observer.leaked(ended.survivors().size());
            LOG.warnf(
                    "processes could not be ended taskId=%s pids=%s", run.task().id(), ended.survivors());
        }
        return byItself;
    }

    /** A killed leader is reaped within moments; a leader in an uninterruptible sleep must not hold the slot for ever. */
    private static Optional<ProcessExit> exitOf(PtySession session) throws InterruptedException {
        return Waits.value(session.exited(), REAPED);
    }

    /** A run that never was. */
    static Verdict notStarted(Reason reason, String message) {
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
