package org.claudecluster.worker.lifecycle;

import java.util.concurrent.atomic.AtomicInteger;

/** How many tasks may have processes at once. A slot is taken at the claim and free when nothing of the task is left. */
final class Slots {

    private final int total;
    private final AtomicInteger used = new AtomicInteger();

    Slots(int total) {
        this.total = total;
    }

    int total() {
        return total;
    }

    int used() {
        return used.get();
    }

    int free() {
        return total - used.get();
    }

    void take() {
        used.incrementAndGet();
    }

    void release() {
        used.decrementAndGet();
    }
}
