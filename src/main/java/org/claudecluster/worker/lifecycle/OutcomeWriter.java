package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.time.Doubling;
import org.jboss.logging.Logger;

/** Makes the last write of a run, again and again while the store is away and the lease is trusted. */
final class OutcomeWriter {

    private static final Logger LOG = Logger.getLogger(OutcomeWriter.class);
    private static final Doubling PAUSES = new Doubling(Duration.ofMillis(100), Duration.ofSeconds(2));

    private final TaskStore store;

    OutcomeWriter(TaskStore store) {
        this.store = store;
    }

    /** What stands in the ledger before this run; only a repeated task or a session gone on with has something there. */
    SpentBefore spentBefore(Task claimed) {
        boolean isFirst = claimed.epoch() == 1
                && !claimed.resumed()
                && claimed.spec().claude().resumeSessionId().isEmpty();
        return isFirst ? SpentBefore.NOTHING : store.spentBefore(claimed);
    }

    /**
     * The written end, and the task's status now.
     *
     * @param closing another than was asked for, where the store rejects that
     */
    record Written(FinalWrite closing, TaskStatus now) {}

    /** Empty when the task is no longer ours: then nothing was written, as far as we can know. */
    Optional<Written> write(Running run, FinalWrite closing) {
        try {
            return tried(run, closing).map(now -> new Written(closing, now));
        } catch (StoreRejectedException e) {
            // The same would be rejected again and again, and the task would never end.
            LOG.errorf("the outcome is rejected taskId=%s: %s", run.lease().task(), e.getMessage());
            return rejected(run, closing.rejected(String.valueOf(e.getMessage())));
        }
    }

    private Optional<Written> rejected(Running run, FinalWrite instead) {
        try {
            return tried(run, instead).map(now -> new Written(instead, now));
        } catch (StoreRejectedException e) {
            LOG.errorf("this too is rejected taskId=%s: %s", run.lease().task(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<TaskStatus> tried(Running run, FinalWrite closing) {
        Duration pause = PAUSES.first();
        boolean again = false;
        while (!run.isLost() && run.trust().holds()) {
            try {
                Optional<TaskStatus> now = written(run.lease(), closing);
                return now.isPresent() || !again ? now : found(run.lease(), closing);
            } catch (StoreUnavailableException e) {
                LOG.warnf(
                        "the outcome is not written yet taskId=%s: %s",
                        run.lease().task(), e.getMessage());
                if (!paused(pause)) {
                    return Optional.empty();
                }
                again = true;
                pause = PAUSES.after(pause);
            }
        }
        // Our own end of the task ends the lease as well: a renewal that noticed so may have been quicker than we.
        return again ? foundAtLast(run.lease(), closing) : Optional.empty();
    }

    private Optional<TaskStatus> foundAtLast(Lease lease, FinalWrite closing) {
        try {
            return found(lease, closing);
        } catch (StoreUnavailableException _) {
            return Optional.empty();
        }
    }

    private Optional<TaskStatus> written(Lease lease, FinalWrite closing) {
        return switch (closing) {
            case FinalWrite.Ended(var finish) ->
                store.finish(lease, finish) ? Optional.of(finish.outcome().status()) : Optional.empty();
            case FinalWrite.GivenBack(var _, var account) -> store.giveBack(lease, account);
            case FinalWrite.Parked(var park, var account) -> store.park(lease, park, account);
            case FinalWrite.Retried(var requeue, var account) -> store.requeue(lease, requeue, account);
        };
    }

    /** The reply to an earlier try may have been lost after its commit. */
    private Optional<TaskStatus> found(Lease lease, FinalWrite closing) {
        return store.findOfAnyTenant(lease.task())
                .filter(task -> task.epoch() == lease.epoch())
                .map(Task::status)
                .filter(now -> isMeant(now, closing.status()));
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
