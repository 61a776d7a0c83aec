package org.claudecluster.worker.transcript;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.RemoteTranscripts.End;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Looks at one task for all its viewers, on a virtual thread that ends with the last of them or with the task. */
final class RemoteTranscript {

    private static final Logger LOG = Logger.getLogger(RemoteTranscript.class);

    /** With the runner's flush interval this is the lag of a line. */
    private static final Duration WHILE_IT_RUNS = Duration.ofMillis(250);

    private static final Duration WHILE_IT_WAITS = Duration.ofSeconds(1);
    private static final Duration WHILE_IT_WAITS_LONG = Duration.ofSeconds(5);
    private static final int SHORT_WAITS = 15;
    private static final int BATCH_BYTES = 256 * 1024;

    private final TaskId task;
    private final Transcripts transcripts;
    private final Function<TaskId, Optional<Task>> store;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CopyOnWriteArrayList<Runnable> viewers = new CopyOnWriteArrayList<>();
    private final Semaphore news = new Semaphore(0);
    private final ReentrantLock lock = new ReentrantLock();
    private Tail tail;
    private volatile @Nullable End end;
    /** Only the looking thread uses what follows. */
    private TranscriptLog.@Nullable Reader reader;

    private boolean isPositionKnown;
    private int waits;

    RemoteTranscript(TaskId task, long after, Transcripts transcripts, Function<TaskId, Optional<Task>> store) {
        this.task = task;
        this.transcripts = transcripts;
        this.store = store;
        // One record back: whether it is there tells whether the position is one, which a viewer may have made up.
        this.tail = new Tail(Math.max(0, after - 1));
        this.isPositionKnown = after == 0;
    }

    void join(Runnable wake) {
        viewers.add(wake);
    }

    /** Whether that was the last one. */
    boolean leave(Runnable wake) {
        viewers.remove(wake);
        boolean last = viewers.isEmpty();
        if (last) {
            news.release();
        }
        return last;
    }

    void start() {
        if (!started.getAndSet(true)) {
            Thread.ofVirtual().name("watch-" + task).start(this::lookUntilNobodyWatches);
        }
    }

    Window after(long after, int maxBytes) {
        lock.lock();
        try {
            return tail.after(after, maxBytes);
        } finally {
            lock.unlock();
        }
    }

    Optional<End> end() {
        return Optional.ofNullable(end);
    }

    private void lookUntilNobodyWatches() {
        try (Transcripts.Subscription _ = transcripts.subscribe(task, this::lookSoon)) {
            while (!viewers.isEmpty() && end == null) {
                long began = System.nanoTime();
                Duration pause = lookSafely();
                long left = pause.toNanos() - (System.nanoTime() - began);
                boolean _ = news.tryAcquire(left, TimeUnit.NANOSECONDS);
                news.drainPermits();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            closeReader();
        }
    }

    private void lookSoon() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    /** Looks, and answers how long to wait before the next time. */
    private Duration lookSafely() {
        try {
            return transcripts.live(task).isPresent() ? WHILE_IT_WAITS_LONG : look();
        } catch (StoreUnavailableException _) {
            // The viewers stay; there is nothing to tell them.
        } catch (RuntimeException e) {
            LOG.errorf(e, "a watched task can't be looked at taskId=%s", task);
        }
        closeReader();
        return WHILE_IT_WAITS;
    }

    private Duration look() {
        // INVARIANT: the end is looked up before the log is read; what the log holds then is all there is.
        Optional<Task> found = store.apply(task);
        read();
        if (found.isEmpty()) {
            finish(new End.Removed());
        } else if (found.get().status().isFinal()) {
            finish(new End.Final(found.get()));
        }
        boolean runs = found.map(Task::status).equals(Optional.of(TaskStatus.RUNNING));
        waits = runs ? 0 : waits + 1;
        return runs ? WHILE_IT_RUNS : waits <= SHORT_WAITS ? WHILE_IT_WAITS : WHILE_IT_WAITS_LONG;
    }

    private void finish(End how) {
        end = how;
        viewers.forEach(Runnable::run);
    }

    private void read() {
        List<TranscriptRecord> batch = next();
        if (batch.isEmpty() && !isPositionKnown) {
            closeReader();
            reset();
            batch = next();
        }
        isPositionKnown = true;
        while (!batch.isEmpty()) {
            publish(batch);
            batch = next();
        }
    }

    private List<TranscriptRecord> next() {
        TranscriptLog.Reader open = reader;
        if (open == null) {
            open = transcripts.log().read(task, lastSeq());
            reader = open;
        }
        return open.next(BATCH_BYTES);
    }

    private void publish(List<TranscriptRecord> batch) {
        lock.lock();
        try {
            for (TranscriptRecord record : batch) {
                tail.add(record);
                tail.evict(Long.MAX_VALUE);
            }
        } finally {
            lock.unlock();
        }
        viewers.forEach(Runnable::run);
    }

    private void reset() {
        lock.lock();
        try {
            tail = new Tail(0);
        } finally {
            lock.unlock();
        }
    }

    private long lastSeq() {
        lock.lock();
        try {
            return tail.lastSeq();
        } finally {
            lock.unlock();
        }
    }

    private void closeReader() {
        TranscriptLog.Reader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }
}
