package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.jboss.logging.Logger;

/**
 * Keeps the leases of what runs here, and fences off what could not be kept. Two threads of its own, so that neither
 * waits for anything else in this process: one renews, and waits for the store; the other never waits for anything and
 * stops each run whose trust is over, well before the store's lease is.
 */
final class LeaseKeeper {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    /** The margin has to hold this and the kill. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final int SOONER_AFTER_A_FAILURE = 10;

    private final LeaseTimes times;
    private final TaskStore store;
    private final RunningTasks running;
    private final Ticker ticker;
    /** Not an interrupt: one during file access would close an embedded store under everybody. */
    private final Semaphore stopped = new Semaphore(0);

    LeaseKeeper(LeaseTimes times, TaskStore store, RunningTasks running, Ticker ticker) {
        this.times = times;
        this.store = store;
        this.running = running;
        this.ticker = ticker;
    }

    void start() {
        Thread.ofPlatform().name("lease-fence").daemon().start(this::fenceUntilStopped);
        Thread.ofPlatform().name("lease-renewal").daemon().start(this::renewUntilStopped);
    }

    void stop() {
        stopped.release(2);
    }

    private void fenceUntilStopped() {
        while (!stoppedAfter(LOOK)) {
            running.fence();
        }
    }

    private void renewUntilStopped() {
        Duration pause = times.renew();
        while (!stoppedAfter(pause)) {
            long began = ticker.nanos();
            Duration wanted = renew() ? times.renew() : times.renew().dividedBy(SOONER_AFTER_A_FAILURE);
            Duration took = Duration.ofNanos(ticker.nanos() - began);
            pause = wanted.compareTo(took) > 0 ? wanted.minus(took) : Duration.ZERO;
        }
    }

    private boolean stoppedAfter(Duration pause) {
        try {
            return stopped.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Renews what is still trusted; false when the store did not answer. */
    boolean renew() {
        // A process that was stopped for a while must not revive what it has lost meanwhile.
        running.fence();
        List<Running> held = running.held();
        if (held.isEmpty()) {
            return true;
        }
        // Counted from before the request leaves: a slow renewal must not lengthen our trust.
        long sentAt = ticker.nanos();
        try {
            Set<Lease> asked = new HashSet<>();
            held.forEach(task -> asked.add(task.lease()));
            answered(held, store.renew(times.duration(), asked), sentAt);
            return true;
        } catch (StoreUnavailableException e) {
            LOG.warnf("no renewal: %s", e.getMessage());
        } catch (RuntimeException e) {
            // Without this thread every run would end: the next round may go better.
            LOG.error("a renewal failed", e);
        }
        return false;
    }

    private static void answered(List<Running> held, Set<Lease> granted, long sentAt) {
        for (Running task : held) {
            if (!granted.contains(task.lease()) || !task.trust().renewed(sentAt)) {
                task.lose();
            }
        }
    }
}
