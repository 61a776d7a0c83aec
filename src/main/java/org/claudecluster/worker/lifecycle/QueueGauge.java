package org.claudecluster.worker.lifecycle;

import java.util.concurrent.atomic.AtomicLong;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.store.QueueDepth;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;

/**
 * How much waits, without a count for every submit: sampled from the store and kept up with what this process adds and
 * takes. Exact while the store is ours alone; with other replicas it may be off by what they did since the last sample.
 */
public final class QueueGauge implements Admission {

    /** What other replicas do to an empty queue is seen after this many seconds. */
    private static final int QUIET_TICKS = 5;

    private static final long MANY = 10_000;

    private final TaskStore store;
    private final int capacity;
    private final AtomicLong pending = new AtomicLong();
    private volatile QueueDepth sample = QueueDepth.EMPTY;
    /** Whether this process has added or taken something since the last count. */
    private volatile boolean changed;

    private int quietTicks;

    QueueGauge(TaskStore store, int capacity) {
        this.store = store;
        this.capacity = capacity;
    }

    /**
     * Called each second: counts again when this process has changed something, and else now and then. What counts long is
     * counted now and then only: what this process does to it is known without.
     */
    void tick() {
        quietTicks++;
        boolean wanted = (changed || sample.pending() > 0) && sample.pending() <= MANY;
        if (wanted || quietTicks >= QUIET_TICKS) {
            refresh();
        }
    }

    /** Counts again. What happens during the count may be missed until the next. */
    void refresh() {
        quietTicks = 0;
        changed = false;
        try {
            long before = pending.get();
            sample = store.depth();
            pending.addAndGet(sample.pending() - before);
        } catch (StoreUnavailableException _) {
            // The last sample stands; health says that the store is away.
            return;
        }
    }

    @Override
    public boolean tryAdmit() {
        changed = true;
        if (pending.incrementAndGet() <= capacity) {
            return true;
        }
        pending.decrementAndGet();
        return false;
    }

    @Override
    public void giveBack() {
        changed = true;
        pending.decrementAndGet();
    }

    void claimed(int tasks) {
        if (tasks > 0) {
            changed = true;
        }
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
