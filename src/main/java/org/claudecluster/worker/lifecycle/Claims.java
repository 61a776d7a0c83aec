package org.claudecluster.worker.lifecycle;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.task.store.TaskStore;
import org.jboss.logging.Logger;

/**
 * Takes tasks from the store. A task that a claim has taken without our hearing of it, or of which we heard too late,
 * was never started: it goes back uncounted, rather than wait for the end of its lease and be told as lost. One thread
 * claims what waits; any may enqueue.
 */
final class Claims {

    private static final Logger LOG = Logger.getLogger(Claims.class);

    private final LifecycleSettings settings;
    private final TaskStore store;
    private final RunningTasks running;
    private final TaskObserver observer;
    private final Ticker ticker;
    /** Of the claiming thread. */
    private boolean inDoubt;

    private volatile boolean enqueuedInDoubt;
    /** What is enqueued holds its first lock until its run is known; the second is held while doubts are settled. */
    private final ReentrantReadWriteLock handingOver = new ReentrantReadWriteLock();

    Claims(LifecycleSettings settings, TaskStore store, RunningTasks running, TaskObserver observer, Ticker ticker) {
        this.settings = settings;
        this.store = store;
        this.running = running;
        this.observer = observer;
        this.ticker = ticker;
    }

    /**
     * The claimed tasks.
     *
     * @param sentAt the ticker's reading before the claim was sent
     */
    record Claimed(List<Task> tasks, long sentAt) {}

    /** Claims at most {@code slots} tasks. Throws {@link StoreUnavailableException}, and then it is unknown what was claimed. */
    Claimed claim(ExecutorType executor, int slots) {
        return claim(settings.claimant(executor), slots);
    }

    /** The same of one task, though claims for its credential are paused: somebody has to find out whether it works. */
    Claimed claimOneInSpiteOfPause(ExecutorType executor) {
        return claim(settings.claimant(executor).inSpiteOfPause(), 1);
    }

    private Claimed claim(Claimant claimant, int slots) {
        settleDoubts();
        // Counted from before the claim leaves: a slow reply must not lengthen our trust.
        long sentAt = ticker.nanos();
        inDoubt = true;
        List<Task> tasks = store.claim(claimant, slots);
        if (isLate(sentAt)) {
            tasks.forEach(task -> giveBack(task.lease()));
            tasks = List.of();
        }
        inDoubt = false;
        return new Claimed(tasks, sentAt);
    }

    /** Starts what was claimed. */
    interface Start {
        void start(Task task, long sentAt);
    }

    /** Enqueues a task that waits for its turn. */
    Enqueued enqueue(NewTask task) {
        return store.enqueue(task);
    }

    /** Enqueues a task and starts it, where it was claimed by that. What came too late to start is given back like a doubt. */
    Enqueued enqueue(NewTask task, ExecutorType executor, Start start) {
        handingOver.readLock().lock();
        try {
            long sentAt = ticker.nanos();
            Enqueued answer = enqueue(task, settings.claimant(executor));
            if (!(answer instanceof Enqueued.Claimed(Task claimed))) {
                return answer;
            }
            if (isLate(sentAt)) {
                enqueuedInDoubt = true;
                return new Enqueued.Created(
                        Task.enqueued(claimed.id(), claimed.submitter(), claimed.spec(), claimed.createdAt()));
            }
            start.start(claimed, sentAt);
            return answer;
        } finally {
            handingOver.readLock().unlock();
        }
    }

    private Enqueued enqueue(NewTask task, Claimant claimant) {
        try {
            return store.enqueue(task, claimant);
        } catch (StoreUnavailableException e) {
            enqueuedInDoubt = true;
            throw e;
        }
    }

    private boolean isLate(long sentAt) {
        return ticker.nanos() - sentAt >= settings.lease().trusted().toNanos();
    }

    /** Whether nothing is left that a claim took without our hearing of it; tries to give it back first. */
    boolean isSettled() {
        try {
            settleDoubts();
        } catch (StoreUnavailableException e) {
            LOG.warnf("not settled: %s", e.getMessage());
        }
        return !isInDoubt();
    }

    private boolean isInDoubt() {
        return inDoubt || enqueuedInDoubt;
    }

    /** Gives back what was taken without our hearing of it. Throws {@link StoreUnavailableException}, and then all stays as it was. */
    void settleDoubts() {
        if (!isInDoubt()) {
            return;
        }
        handingOver.writeLock().lock();
        try {
            giveBackUnheardOf();
            inDoubt = false;
            enqueuedInDoubt = false;
        } finally {
            handingOver.writeLock().unlock();
        }
    }

    /** INVARIANT: only what has never run here goes back like this; a lost run counts. */
    private void giveBackUnheardOf() {
        Set<Lease> ours = Set.copyOf(store.held(settings.worker().id()));
        ours.stream().filter(lease -> !running.hasRun(lease)).forEach(this::giveBack);
        running.forgetLostBut(ours);
    }

    private void giveBack(Lease lease) {
        LOG.warnf("the reply to a claim was lost or late, the task goes back taskId=%s", lease.task());
        store.giveBack(lease)
                .filter(TaskStatus::isFinal)
                .ifPresent(now -> observer.ended(Optional.empty(), now, Optional.of(Reason.CANCELLED)));
    }
}
