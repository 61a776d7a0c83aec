package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jboss.logging.Logger;

/**
 * Jobs that are done again and again, on threads that are told apart by what they may wait for. INVARIANT: a job is
 * late only because of what it waits for itself: limits are kept each second while the database hangs, while a purge
 * deletes for minutes and while a CLI does not answer.
 */
final class Timers {

    private static final Logger LOG = Logger.getLogger(Timers.class);

    /** Says which things a job may wait for, and how many threads wait for them. */
    enum Wait {
        /** For nothing but the kernel's answers about processes. */
        NOTHING("supervision", 1),
        /** For the local disk, to take what tasks have printed. */
        OUTPUT("flush", 1),
        /** For the store, and for processes of lost runs to end. */
        STORE("store-jobs", 2),
        /** For the store's word that it takes writes: late only when that is. */
        READINESS("store-readiness", 1),
        /** For directory trees to be deleted. */
        DELETIONS("deletions", 1);

        private final String threads;
        private final int count;

        Wait(String threads, int count) {
            this.threads = threads;
            this.count = count;
        }
    }

    private final Map<Wait, ScheduledExecutorService> pools = new EnumMap<>(Wait.class);

    Timers() {
        for (Wait wait : Wait.values()) {
            pools.put(
                    wait,
                    new ScheduledThreadPoolExecutor(
                            wait.count,
                            Thread.ofPlatform()
                                    .name("worker-" + wait.threads + "-", 0)
                                    .daemon()
                                    .factory(),
                            // What comes after the stop.
                            new ThreadPoolExecutor.DiscardPolicy()));
        }
    }

    void every(Duration interval, Wait wait, Runnable job) {
        long millis = interval.toMillis();
        ScheduledFuture<?> _ =
                pool(wait).scheduleWithFixedDelay(() -> attempt(job), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Once, as soon as there is a thread. */
    void soon(Wait wait, Runnable job) {
        pool(wait).execute(() -> attempt(job));
    }

    @SuppressWarnings("NullAway") // there is one for each
    private ScheduledExecutorService pool(Wait wait) {
        return pools.get(wait);
    }

    /** A timer forgets a job that throws. */
    static void attempt(Runnable job) {
        try {
            job.run();
        } catch (StoreUnavailableException e) {
            LOG.warnf("a timed job waits: %s", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a timed job failed", e);
        }
    }

    /** Not shutdownNow: an interrupt during file access would close an embedded store under everybody. */
    void stop() {
        pools.values().forEach(ScheduledExecutorService::shutdown);
    }
}
