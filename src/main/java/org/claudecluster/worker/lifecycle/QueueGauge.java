package org.claudecluster.worker.lifecycle;

import java.util.concurrent.atomic.AtomicLong;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.TaskStore;

/**
 * How much waits, without a count for every submit: sampled from the store and kept up with what this process adds and
 * takes. Exact while the store is ours alone; with other replicas it may be off by what they did since the last sample.
 */
public final class QueueGauge implements Admission {

    private final TaskStore store;
    private final int capacity;
    private final AtomicLong pending = new AtomicLong();
    private volatile QueueDepth sample = QueueDepth.EMPTY;

    QueueGauge(TaskStore store, int capacity) {
        this.store = store;
        this.capacity = capacity;
    }

    /** Counts again. What happens during the count may be missed until the next. */
    void refresh() {
        try {
            long before = pending.get();
            sample = store.depth();
            pending.addAndGet(sample.pending() - before);
        } catch (StoreUnavailable _) {
            // The last sample stands; health says that the store is away.
            return;
        }
    }

    @Override
    public boolean tryAdmit() {
        if (pending.incrementAndGet() <= capacity) {
            return true;
        }
        pending.decrementAndGet();
        return false;
    }

    @Override
    public void giveBack() {
        pending.decrementAndGet();
    }

    void claimed(int tasks) {
        pending.addAndGet(-tasks);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    /** As last sampled. */
    public QueueDepth depth() {
        return sample;
    }
}
