package org.claudecluster.worker.lifecycle.retention;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.IntFunction;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.jboss.logging.Logger;

/**
 * Removes what is older than retention allows, in small steps, so that nobody waits behind it. Every replica does this;
 * what one of them has removed is not there for the next.
 */
public final class RetentionJob {

    private static final Logger LOG = Logger.getLogger(RetentionJob.class);

    /** One transaction each. */
    private static final int BATCH = 100;
    /** The rest waits for the next round. */
    private static final int MAX_BATCHES = 200;

    private final RetentionTimes times;
    private final TaskStore store;
    private final TranscriptLog log;
    private final TaskObserver observer;

    public RetentionJob(RetentionTimes times, TaskStore store, TranscriptLog log, TaskObserver observer) {
        this.times = times;
        this.store = store;
        this.log = log;
        this.observer = observer;
    }

    public void run() {
        int transcripts =
                times.transcripts().isZero() ? 0 : remove(limit -> store.expireTranscripts(times.transcripts(), limit));
        int tasks = times.tasks().isZero() ? 0 : forget();
        observer.forgotten(transcripts, tasks);
        if (transcripts + tasks > 0) {
            LOG.infof("retention removed transcripts=%d tasks=%d", transcripts, tasks);
        }
    }

    /** The transcript goes first: a crash in between leaves a task without it, and not a file without its task. */
    private int forget() {
        int _ = remove(limit -> store.expireTranscripts(times.tasks(), limit));
        return remove(limit -> store.purge(times.tasks(), limit));
    }

    /** A transcript whose row says that it is gone is tried again when its task goes. */
    private int remove(IntFunction<List<TaskId>> next) {
        int removed = 0;
        for (int i = 0; i < MAX_BATCHES; i++) {
            List<TaskId> batch = next.apply(BATCH);
            batch.forEach(this::delete);
            removed += batch.size();
            if (batch.size() < BATCH) {
                return removed;
            }
        }
        return removed;
    }

    /** One that can't be removed must not keep the others of its batch, whose rows have said so already. */
    private void delete(TaskId task) {
        try {
            log.delete(task);
        } catch (UncheckedIOException | StoreException e) {
            LOG.warnf("a transcript could not be removed taskId=%s: %s", task, e.getMessage());
        }
    }
}
