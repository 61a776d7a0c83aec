package org.claudecluster.worker.lifecycle.retention;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.jboss.logging.Logger;

/**
 * Removes transcripts whose tasks are gone: a crash came between a task's deletion and its transcript's, or the file could
 * not be removed then. Each round looks at a bounded number and goes on where the one before has stopped.
 */
public final class TranscriptSweep {

    private static final Logger LOG = Logger.getLogger(TranscriptSweep.class);

    /** What was written lately is left alone, whatever the store says. */
    private static final Duration SETTLED = Duration.ofHours(1);

    /** Looked up at once. */
    private static final int BATCH = 100;

    /** No further part is begun in a round that has looked at so many. */
    private static final int MOST = 20_000;

    private final TaskStore store;
    private final TranscriptLog log;
    private final InstantSource clock;
    private int next;

    public TranscriptSweep(TaskStore store, TranscriptLog log, InstantSource clock) {
        this.store = store;
        this.log = log;
        this.clock = clock;
    }

    /** One round. Not safe for use by two threads at once. */
    public void run() {
        Instant before = clock.instant().minus(SETTLED);
        int looked = 0;
        int removed = 0;
        for (int parts = 0; parts < log.parts() && looked < MOST; parts++) {
            List<TaskId> unchanged = unchangedSince(before, next);
            removed += sweep(unchanged);
            looked += unchanged.size();
            next = (next + 1) % log.parts();
        }
        if (removed > 0) {
            LOG.infof("removed transcripts of tasks that are gone: %d", removed);
        }
    }

    private List<TaskId> unchangedSince(Instant before, int part) {
        try {
            return log.unchangedSince(before, part);
        } catch (UncheckedIOException e) {
            LOG.warnf("transcripts are not looked through: %s", e.getMessage());
            return List.of();
        }
    }

    /** INVARIANT: the store is asked after the transcript was seen, which is begun only when its task is in the store. */
    private int sweep(List<TaskId> seen) {
        int removed = 0;
        for (int from = 0; from < seen.size(); from += BATCH) {
            Set<TaskId> gone = store.missing(seen.subList(from, Math.min(seen.size(), from + BATCH)));
            removed += (int) gone.stream().filter(this::delete).count();
        }
        return removed;
    }

    private boolean delete(TaskId task) {
        try {
            return log.delete(task);
        } catch (UncheckedIOException | StoreUnavailableException e) {
            LOG.warnf("a transcript could not be removed taskId=%s: %s", task, e.getMessage());
            return false;
        }
    }
}
