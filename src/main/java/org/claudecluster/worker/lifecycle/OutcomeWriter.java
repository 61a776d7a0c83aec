package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.TaskStore;
import org.jboss.logging.Logger;

/** Makes the last write of a run, again and again while the store is away and the lease is trusted. */
final class OutcomeWriter {

    private static final Logger LOG = Logger.getLogger(OutcomeWriter.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final TaskStore store;

    OutcomeWriter(TaskStore store) {
        this.store = store;
    }

    /** False when the task is no longer ours; then nothing was written, as far as we can know. */
    boolean write(Running run, Closing closing) {
        Duration pause = FIRST_PAUSE;
        boolean again = false;
        while (!run.isLost() && run.trust().holds()) {
            try {
                return written(run.lease(), closing) || (again && isThere(run.lease(), closing));
            } catch (StoreUnavailable e) {
                LOG.warnf(
                        "the outcome is not written yet taskId=%s: %s",
                        run.lease().task(), e.getCause());
                if (!paused(pause)) {
                    return false;
                }
                again = true;
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
        // Our own end of the task ends the lease as well: a renewal that noticed so may have been quicker than we.
        return again && isThereAtLast(run.lease(), closing);
    }

    private boolean isThereAtLast(Lease lease, Closing closing) {
        try {
            return isThere(lease, closing);
        } catch (StoreUnavailable _) {
            return false;
        }
    }

    private boolean written(Lease lease, Closing closing) {
        return switch (closing) {
            case Closing.Ended(var finish) -> store.finish(lease, finish);
            case Closing.GivenBack _ -> store.giveBack(lease);
            case Closing.Parked(var park) -> store.park(lease, park);
        };
    }

    /** The reply to an earlier try may have been lost after its commit. */
    private boolean isThere(Lease lease, Closing closing) {
        Optional<Task> now = store.find(lease.task());
        return now.filter(task -> task.epoch() == lease.epoch() && isMeant(task.status(), closing.status()))
                .isPresent();
    }

    /** Whoever was asked to cancel is cancelled instead of sent back. */
    private static boolean isMeant(TaskStatus found, TaskStatus wanted) {
        return found == wanted || (wanted == TaskStatus.PENDING && found == TaskStatus.CANCELLED);
    }

    /** Half of the pause is chance, so that workers which lost the store together don't come back together. */
    private static boolean paused(Duration pause) {
        try {
            Thread.sleep(Duration.ofNanos(
                    (long) (pause.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1.0))));
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
