package org.claudecluster.worker.exec;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Footprint;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.terminal.TreeAccount;

/** What a run came to: what it told itself, unless it was ended for a reason of ours. */
final class Endings {

    private static final Ending IN_ORDER = new Ending.Exited(0);

    private Endings() {}

    /** To be asked when the terminal has ended; {@code byItself} when the program did so before we ended its tree. */
    static Verdict verdict(RunReport report, Ending ending, boolean byItself, StopSignal stop) {
        Optional<StopCause> cause = stop.cause();
        if (cause.isEmpty() || (byItself && !isOurDoing(cause.get()))) {
            return report.verdict(ending);
        }
        return switch (cause.get()) {
            case INTERRUPTED -> interrupted(report, ending);
            case LINGERING -> lingering(report, ending);
            case CANCELLED,
                    TIMED_OUT,
                    LEASE_LOST,
                    DRAINED,
                    TRANSCRIPT_BROKEN,
                    NEVER_STARTED,
                    NO_OUTPUT,
                    PROMPT,
                    AUTH_REFUSED,
                    OUT_OF_MEMORY,
                    TOO_MANY_PROCESSES,
                    DISK_LIMIT,
                    OUTPUT_LIMIT -> new Verdict(Stops.outcome(cause.get(), stop.detail(), ending), report.result());
        };
    }

    /** What is urgent is killed on the spot, and an interrupt is obeyed: then the program has ended before its tree. */
    private static boolean isOurDoing(StopCause cause) {
        return cause == StopCause.INTERRUPTED || cause.isUrgent();
    }

    /** The kernel has ended something of the run because it had too much memory; a success stays one. */
    static Verdict outOfMemory(Verdict verdict) {
        if (!(verdict.outcome() instanceof Outcome.Failed failed)) {
            return verdict;
        }
        Outcome outcome = new Outcome.Failed(
                Reason.OUT_OF_MEMORY,
                "the kernel ended a process of the task, which had more memory than worker.task.memory allows",
                failed.ending());
        return verdict.as(outcome);
    }

    /**
     * The kernel's account of the tree where there is one: it misses nothing between two looks. Else what was seen, with
     * the CPU time that the kernel tells of the leader: all there is of a run between two looks.
     */
    static Footprint footprint(Footprint seen, Optional<Duration> leader, TreeAccount account) {
        Duration most = leader.filter(told -> told.compareTo(seen.cpu()) > 0).orElse(seen.cpu());
        return new Footprint(
                account.memoryBytes().orElse(seen.peakMemoryBytes()),
                account.cpu().orElse(most),
                Math.max(seen.peakProcesses(), 1));
    }

    /** What was finished before the wish came is finished. */
    private static Verdict interrupted(RunReport report, Ending ending) {
        Verdict told = report.verdict(ending);
        boolean finished =
                told.outcome() instanceof Outcome.Completed && told.result().isPresent();
        return finished ? told : new Verdict(Stops.outcome(StopCause.INTERRUPTED, ending), report.result());
    }

    /** The result counts as if the program had ended right after it. */
    private static Verdict lingering(RunReport report, Ending ending) {
        Verdict told = report.verdict(IN_ORDER);
        Outcome outcome = switch (told.outcome()) {
            case Outcome.Completed _ -> new Outcome.Completed(ending, Optional.of(Reason.LINGERING));
            case Outcome.Failed(Reason reason, String why, Ending _) -> new Outcome.Failed(reason, why, ending);
            case Outcome.Cancelled(Ending _, Reason reason) -> new Outcome.Cancelled(ending, reason);
        };
        return new Verdict(outcome, told.result(), told.resetsAt());
    }
}
