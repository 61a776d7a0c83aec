package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.TaskStore;
import org.jboss.logging.Logger;

/**
 * Knows whether the store takes writes. One thread asks again and again; who wants to know waits for nothing. A store
 * that only reads is of no use to a worker: it could accept no task, keep no lease and write no outcome.
 */
public final class StoreReadiness {

    private static final Logger LOG = Logger.getLogger(StoreReadiness.class);

    static final Duration EVERY = Duration.ofSeconds(1);
    /** Without any answer for so long it counts as away: a database that hangs tells nothing until the socket's time is out. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String SILENT = "the store does not answer";

    private final TaskStore store;
    private final Ticker ticker;
    private volatile Answer last;

    /** The last answer, and its time. */
    private record Answer(Optional<String> whyNot, long at) {}

    /** A store that was just opened for writing. */
    StoreReadiness(TaskStore store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
        this.last = new Answer(Optional.empty(), ticker.nanos());
    }

    /** Asks the store, and waits for its answer. */
    void look() {
        Optional<String> before = last.whyNot;
        Optional<String> now = answer();
        last = new Answer(now, ticker.nanos());
        if (before.isEmpty() && now.isPresent()) {
            LOG.warnf("not ready: %s", now.get());
        } else if (before.isPresent() && now.isEmpty()) {
            LOG.infof("the store takes writes again");
        }
    }

    private Optional<String> answer() {
        try {
            store.requireWritable();
            return Optional.empty();
        } catch (StoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Why the store can't be used now; empty when it can. */
    public Optional<String> whyNot() {
        Answer known = last;
        boolean isOld = ticker.nanos() - known.at > EVERY.plus(PATIENCE).toNanos();
        return isOld && known.whyNot.isEmpty() ? Optional.of(SILENT) : known.whyNot;
    }
}
