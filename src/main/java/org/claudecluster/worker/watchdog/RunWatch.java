package org.claudecluster.worker.watchdog;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.process.TreeUsage;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Footprint;

/**
 * One run under watch: what it has used so far, and whether it has to be ended. Looked at by one thread; its footprint
 * may be asked for by any.
 */
public final class RunWatch {

    /**
     * The watched run.
     *
     * @param directories those that the run fills
     * @param pastCap whether it has printed more than is kept
     * @param refused whether the API refuses its credential for good
     */
    public record Subject(
            TaskId task,
            RunActivity signs,
            StopSignal stop,
            List<Path> directories,
            BooleanSupplier pastCap,
            BooleanSupplier refused) {}

    /** Why a run has to end, with a sentence for people. */
    record Alarm(StopCause cause, String detail) {}

    /** An idle CLI takes up to a hundredth of a core; whoever takes a twentieth is at work. */
    private static final int BUSY_SHARE = 20;

    private static final long MIB = 1024 * 1024;

    private final Subject subject;
    private final WatchSettings limits;
    private long busyAt;
    private long lookedAt;
    private Duration cpu = Duration.ZERO;
    private volatile Footprint footprint = new Footprint(0, Duration.ZERO, 0);
    private volatile long diskBytes;

    RunWatch(Subject subject, WatchSettings limits) {
        this.subject = subject;
        this.limits = limits;
        this.busyAt = subject.signs().startedAt();
        this.lookedAt = busyAt;
    }

    Subject subject() {
        return subject;
    }

    Footprint footprint() {
        return footprint;
    }

    /** What its directories held when they were last measured. */
    void holds(long bytes) {
        diskBytes = bytes;
    }

    /** Takes what was measured just now; answers why the run has to end, if it has to. */
    Optional<Alarm> look(long now, TreeUsage usage) {
        learn(now, usage);
        return ofUse(usage).or(this::ofRefusal).or(() -> ofSilence(now));
    }

    /** INVARIANT: before the tree is ended: what is gone can't be measured any more. */
    void learn(long now, TreeUsage usage) {
        Duration spent = usage.cpu().minus(cpu);
        if (spent.multipliedBy(BUSY_SHARE).toNanos() > now - lookedAt) {
            busyAt = now;
        }
        cpu = usage.cpu();
        lookedAt = now;
        footprint = new Footprint(
                Math.max(footprint.peakMemoryBytes(), usage.residentBytes()),
                usage.cpu().compareTo(footprint.cpu()) > 0 ? usage.cpu() : footprint.cpu(),
                Math.max(footprint.peakProcesses(), usage.processes()));
    }

    private Optional<Alarm> ofUse(TreeUsage usage) {
        if (limits.memoryBytes() > 0 && usage.residentBytes() > limits.memoryBytes()) {
            return alarm(
                    StopCause.OUT_OF_MEMORY,
                    "the task's processes had %d MiB, worker.task.memory allows %d MiB"
                            .formatted(usage.residentBytes() / MIB, limits.memoryBytes() / MIB));
        }
        if (limits.processes() > 0 && usage.processes() > limits.processes()) {
            return alarm(
                    StopCause.TOO_MANY_PROCESSES,
                    "the task had %d processes, worker.task.processes allows %d"
                            .formatted(usage.processes(), limits.processes()));
        }
        if (limits.diskBytes() > 0 && diskBytes > limits.diskBytes()) {
            return alarm(
                    StopCause.DISK_LIMIT,
                    "the task's directories held %d MiB, worker.task.disk allows %d MiB"
                            .formatted(diskBytes / MIB, limits.diskBytes() / MIB));
        }
        return limits.endAtCap() && subject.pastCap().getAsBoolean()
                ? alarm(StopCause.OUTPUT_LIMIT, "the task printed more than worker.transcript.cap")
                : Optional.empty();
    }

    private Optional<Alarm> ofRefusal() {
        return subject.refused().getAsBoolean()
                ? alarm(StopCause.AUTH_REFUSED, "the API refused the credential; the CLI would have tried it again")
                : Optional.empty();
    }

    private Optional<Alarm> ofSilence(long now) {
        RunActivity signs = subject.signs();
        if (!signs.inBackground() && isOver(limits.lingering(), signs.resultAt(), now)) {
            return alarm(StopCause.LINGERING, "the result was there, but the program did not end");
        }
        if (isOver(limits.prompt(), signs.dialogAt(), now)) {
            return alarm(StopCause.PROMPT, "a dialog waited for an answer in the terminal, and nobody can give one");
        }
        if (signs.silent()) {
            return isOver(limits.firstByte(), OptionalLong.of(signs.startedAt()), now)
                    ? alarm(StopCause.NEVER_STARTED, "not one byte in " + shown(limits.firstByte()))
                    : Optional.empty();
        }
        long lastSign = Math.max(signs.lastOutputAt() - now, busyAt - now) + now;
        boolean atWork = signs.inTool() || signs.inBackground();
        return !atWork && isOver(limits.noOutput(), OptionalLong.of(lastSign), now)
                ? alarm(StopCause.NO_OUTPUT, "silent and idle for " + shown(limits.noOutput()))
                : Optional.empty();
    }

    private static boolean isOver(Duration limit, OptionalLong since, long now) {
        return !limit.isZero() && since.isPresent() && now - since.getAsLong() > limit.toNanos();
    }

    private static Optional<Alarm> alarm(StopCause cause, String detail) {
        return Optional.of(new Alarm(cause, detail));
    }

    private static String shown(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }
}
