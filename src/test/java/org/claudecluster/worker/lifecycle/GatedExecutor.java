package org.claudecluster.worker.lifecycle;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;

/** Runs each task until its gate is open or it is asked to stop, and remembers what it saw. */
final class GatedExecutor implements TaskExecutor {

    final List<TaskId> started = new CopyOnWriteArrayList<>();
    final List<StopCause> stopped = new CopyOnWriteArrayList<>();
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();
    volatile boolean open;
    /** Whether a run that was asked to stop goes on until the gate is open. */
    volatile boolean deaf;
    /** What a run prints before its program is started, such as the progress of a clone. */
    volatile Optional<String> preparing = Optional.empty();
    /** Gives the verdict of a run that was not stopped. */
    volatile Verdict verdict =
            new Verdict(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty());

    @Override
    public ExecutorType type() {
        return ExecutorType.STUB;
    }

    @Override
    public Availability probe() {
        return new Availability.Available(Optional.empty());
    }

    @Override
    public Verdict run(TaskRun run) {
        started.add(run.task().id());
        preparing.ifPresent(text -> run.transcript().output(text.getBytes(StandardCharsets.UTF_8)));
        int running = now.incrementAndGet();
        most.accumulateAndGet(running, Math::max);
        try {
            await().pollInterval(java.time.Duration.ofMillis(2))
                    .pollDelay(java.time.Duration.ofMillis(1))
                    .until(() -> open || (!deaf && run.stop().cause().isPresent()));
            return run.stop().cause().map(cause -> stopped(cause)).orElse(verdict);
        } finally {
            now.decrementAndGet();
        }
    }

    private Verdict stopped(StopCause cause) {
        stopped.add(cause);
        Ending ending = preparing.isPresent() ? new Ending.NotStarted() : new Ending.Exited(0);
        Outcome outcome = cause == StopCause.CANCELLED
                ? new Outcome.Cancelled(ending)
                : new Outcome.Failed(Reason.DRAINED, cause.name(), ending);
        return new Verdict(outcome, Optional.empty());
    }
}
