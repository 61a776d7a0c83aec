package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskStore;
import org.jboss.logging.Logger;

/** Writes outcomes, again and again while the store is away and the lease may still be ours. */
final class OutcomeWriter {

    private static final Logger LOG = Logger.getLogger(OutcomeWriter.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final TaskStore store;
    private final Duration patience;

    OutcomeWriter(TaskStore store, Duration patience) {
        this.store = store;
        this.patience = patience;
    }

    /** Writes the one outcome; false when the task is no longer ours. */
    boolean write(Lease lease, Finish finish) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        boolean again = false;
        while (true) {
            try {
                return store.finish(lease, finish) || (again && isWritten(lease, finish));
            } catch (StoreUnavailable e) {
                if (System.nanoTime() - giveUpAt > 0 || !paused()) {
                    LOG.errorf("the outcome could not be written taskId=%s: %s", lease.task(), e.getCause());
                    return false;
                }
                again = true;
            }
        }
    }

    /** The reply to an earlier try may have been lost after its commit. */
    private boolean isWritten(Lease lease, Finish finish) {
        Optional<Task> now = store.find(lease.task());
        return now.filter(task -> task.epoch() == lease.epoch()
                        && task.status() == finish.outcome().status())
                .isPresent();
    }

    private static boolean paused() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
