package org.claudecluster.worker.lifecycle;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.exec.Availability;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.TaskId;

/** Runs each task until its gate is open or it is asked to stop, and remembers what it saw. */
final class GatedExecutor implements TaskExecutor {

    final List<TaskId> started = new CopyOnWriteArrayList<>();
    final List<StopCause> stopped = new CopyOnWriteArrayList<>();
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();
    volatile boolean open;

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
        int running = now.incrementAndGet();
        most.accumulateAndGet(running, Math::max);
        try {
            await().pollInterval(java.time.Duration.ofMillis(2))
                    .pollDelay(java.time.Duration.ofMillis(1))
                    .until(() -> open || run.stop().cause().isPresent());
            return new Verdict(outcome(run), Optional.empty());
        } finally {
            now.decrementAndGet();
        }
    }

    private Outcome outcome(TaskRun run) {
        Optional<StopCause> cause = run.stop().cause();
        cause.ifPresent(stopped::add);
        return cause.<Outcome>map(why -> why == StopCause.CANCELLED
                        ? new Outcome.Cancelled(new Ending.Exited(0))
                        : new Outcome.Failed(Reason.DRAINED, why.name(), new Ending.Exited(0)))
                .orElseGet(() -> new Outcome.Completed(new Ending.Exited(0), Optional.empty()));
    }
}
