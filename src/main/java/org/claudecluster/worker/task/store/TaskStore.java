package org.claudecluster.worker.task.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskStatus;

/**
 * The truth about all tasks, for the worker itself: whose they are is nothing to it. Callers have {@link TenantTasks}.
 * One table is both the domain row and the lease.
 *
 * <p>Guarantees of every adapter, held by one contract test:
 * <ul>
 *   <li>When a write has returned, it survives {@code kill -9} of this process.
 *   <li>Every write to a running task is guarded by task, epoch, holder and status; {@code false} means that the lease
 *       is lost and nothing was written.
 *   <li>Two claims never return the same task, whoever asks.
 * </ul>
 * Methods block for the store's reply. They throw {@link StoreUnavailableException} when there is none, or when it takes no writes,
 * and {@link StoreRejectedException} when the same would be rejected again. Call them from a virtual or a worker thread, never from
 * an event loop.
 */
public interface TaskStore extends CredentialPauses {

    /** Makes a task durable, or says that it was here before. */
    Enqueued enqueue(NewTask task);

    /**
     * The same, and in the same write it is claimed: unless something that waits comes before it, it is wished for
     * another worker or for later, or claims for the credential are paused. Then it waits, as if there were no claimant.
     */
    Enqueued enqueue(NewTask task, Claimant claimant);

    /**
     * Takes at most {@code slots} tasks: most urgent first, where waiting counts for priority as {@code worker.queue.ageing} says, then
     * those that may run for the longest time. The attempt is counted here.
     */
    List<Task> claim(Claimant claimant, int slots);

    /** Renews leases for this long and answers which of them are still held. */
    Set<Lease> renew(Duration duration, Collection<Lease> leases);

    /** Writes the one outcome. */
    boolean finish(Lease lease, Finish finish);

    /**
     * Sends a running task back to wait, as if it had not been claimed: the attempt does not count. A task whose cancel
     * was asked for becomes cancelled instead.
     *
     * @return what it is now; empty when the lease is lost and nothing was written
     */
    Optional<TaskStatus> giveBack(Lease lease, Account account);

    /** The same for an attempt that never began. */
    default Optional<TaskStatus> giveBack(Lease lease) {
        return giveBack(lease, Account.NONE);
    }

    /** The same, until a usage limit resets; claims for the same credential pause until then. */
    Optional<TaskStatus> park(Lease lease, Park park, Account account);

    /**
     * Sends a running task back to wait for its next attempt: this one counts, and one more must be left. A task whose
     * cancel was asked for becomes cancelled instead.
     *
     * @return what it is now; empty when the lease is lost and nothing was written
     */
    Optional<TaskStatus> requeue(Lease lease, Requeue requeue, Account account);

    /** Those of the holder's running tasks which somebody wants to end. */
    List<StopRequest> stopRequests(WorkerId holder);

    /**
     * Ends what no living worker owns: leases that ran out and, with {@code othersAreDead}, all that {@code self} does
     * not hold. A task with an attempt left is pending again, the rest fails with {@link Reason#WORKER_LOST}.
     *
     * @return the tasks as they are now
     */
    List<Task> reap(WorkerId self, boolean othersAreDead);

    /** The leases of all that this worker runs, as the store knows it. */
    List<Lease> held(WorkerId holder);

    /** Whosever it is. */
    Optional<Task> findOfAnyTenant(TaskId task);

    /** What was spent in the session of a claimed task, and for the task, before this claim. */
    SpentBefore spentBefore(Task claimed);

    /** A follow-up that waits or runs in the directory of this task, whosever that is. */
    Optional<TaskId> openFollowUpOfAnyTenant(TaskId workspace);

    /** Whether any task names this session of the CLI: one that has run in it, or one that waits to resume it. */
    boolean namesSession(UUID session);

    /**
     * Marks the transcripts of tasks that ended longer ago as gone, oldest first, and answers whose they are; the
     * caller then removes them.
     */
    List<TaskId> expireTranscripts(Duration age, int limit);

    /** Removes tasks that ended longer ago, oldest first, and answers which. */
    List<TaskId> purge(Duration age, int limit);

    /** Those of the tasks that are not here. */
    Set<TaskId> missing(Collection<TaskId> tasks);

    QueueDepth depth();

    /**
     * Changes nothing, but needs all that a write needs: returns when writes are taken. A store that takes none is reached
     * anew at the next call of any method.
     */
    void requireWritable();
}
