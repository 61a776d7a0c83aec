package org.claudecluster.worker.transcript;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.transcript.LiveTranscript.Refusal;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The part of a live transcript that is in memory: numbers records, keeps the newest for viewers and those that wait for
 * the log. Safe for use by any thread; its lock is held for moments, never while the log is written.
 */
final class RecordBuffer {

    private final InstantSource clock;
    private final long begin;
    private final ReentrantLock lock = new ReentrantLock();
    private final Tail tail;
    private final Backlog backlog;
    private final TranscriptLimit cap;
    private final WholeCharacters characters = new WholeCharacters();
    /** INVARIANT: only what is in the log leaves the tail, so that a viewer finds every record in one of the two. */
    private long written;

    private long outputBytes;
    private long lastOutputAt;
    private int turns;
    /** Nothing more is recorded. */
    private boolean sealed;

    private boolean closed;
    /** Set when the log takes no more. From then on nothing is recorded, since a gap would be worse than an end. */
    private @Nullable Refusal refusal;

    private @Nullable RuntimeException failure;
    private boolean roomCame;
    private @Nullable Refusal untold;

    /**
     * Empty.
     *
     * @param begin the position before its first record
     * @param bufferBytes how much may wait for the log
     * @param capBytes how much the log keeps
     */
    RecordBuffer(long begin, InstantSource clock, long bufferBytes, long capBytes) {
        this.begin = begin;
        this.clock = clock;
        this.written = begin;
        this.tail = new Tail(begin);
        this.backlog = new Backlog(bufferBytes);
        this.cap = new TranscriptLimit(capBytes);
    }

    /** Takes what the terminal printed; says whether what waits is due to be written. */
    boolean output(byte[] bytes) {
        lock.lock();
        try {
            if (sealed) {
                return false;
            }
            outputBytes += bytes.length;
            lastOutputAt = clock.millis();
            byte[] whole = characters.add(bytes);
            if (whole.length > 0) {
                add(Kind.OUTPUT, whole);
            }
            return isDue();
        } finally {
            lock.unlock();
        }
    }

    /** Takes another record; says whether what waits is due to be written. */
    boolean record(Kind kind, byte[] bytes, boolean startsTurn) {
        lock.lock();
        try {
            turns += startsTurn ? 1 : 0;
            add(kind, bytes);
            return isDue();
        } finally {
            lock.unlock();
        }
    }

    /** The rest of the head at once: until it is written, the tail can't forget what follows. */
    private boolean isDue() {
        return backlog.isDue() || (cap.isReached() && !backlog.isEmpty());
    }

    private void add(Kind kind, byte[] bytes) {
        if (sealed || refusal != null) {
            return;
        }
        TranscriptRecord record = new TranscriptRecord(tail.lastSeq() + 1, clock.millis(), kind, bytes);
        tail.add(record);
        if (cap.isHead(record)) {
            backlog.add(record);
        }
        evict();
    }

    /** Beyond the cap nothing waits for the log but the tail itself, at the end. */
    private void evict() {
        tail.evict(cap.isReached() && isHeadWritten() ? Long.MAX_VALUE : written);
    }

    /** Until then the tail can't forget what lies beyond the cap, so that nothing more may come. */
    private boolean isHeadWritten() {
        return !cap.isReached() || written >= cap.headEnd();
    }

    /** Whether so much was printed that not all of it is kept. */
    boolean isPastCap() {
        lock.lock();
        try {
            return cap.isReached();
        } finally {
            lock.unlock();
        }
    }

    /** Whether more may be recorded: what waits for the log is bounded. */
    boolean hasRoom() {
        lock.lock();
        try {
            return refusal != null || (!backlog.isFull() && isHeadWritten());
        } finally {
            lock.unlock();
        }
    }

    /** News that have to be told once no lock is held. */
    record News(boolean room, Optional<Refusal> refusal) {}

    /** What has come up since it was asked for last. */
    News news() {
        lock.lock();
        try {
            News news = new News(roomCame, Optional.ofNullable(untold));
            roomCame = false;
            untold = null;
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** The next records for the log; empty when there are none. */
    List<TranscriptRecord> nextBatch() {
        lock.lock();
        try {
            return closed || refusal != null ? List.of() : backlog.batch();
        } finally {
            lock.unlock();
        }
    }

    /** Takes note of what the log has now. */
    void written(List<TranscriptRecord> batch) {
        lock.lock();
        try {
            boolean wasWritten = isHeadWritten();
            roomCame |= backlog.written(batch.size());
            written = batch.getLast().seq();
            roomCame |= !wasWritten && isHeadWritten();
            evict();
        } finally {
            lock.unlock();
        }
    }

    /** What the log did not take stays in the tail; nothing comes any more, so it stays bounded. */
    void refuse(Refusal why, @Nullable RuntimeException cause) {
        lock.lock();
        try {
            refusal = why;
            untold = why;
            failure = cause;
            roomCame |= backlog.drop() || !isHeadWritten();
        } finally {
            lock.unlock();
        }
    }

    /** Why the log took no more, if it failed. */
    Optional<RuntimeException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    /** The records after a viewer's position. */
    Window after(long after, int maxBytes) {
        lock.lock();
        try {
            Window window = tail.after(after, maxBytes);
            boolean isGap = window instanceof Window.Behind && cap.isReached() && after >= cap.headEnd();
            return isGap ? tail.afterGap(after, maxBytes, clock.millis()) : window;
        } finally {
            lock.unlock();
        }
    }

    /** Number of the last record; empty before the first. */
    Optional<Long> lastId() {
        lock.lock();
        try {
            return tail.lastSeq() > begin ? Optional.of(tail.lastSeq()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a viewer at this position has seen all that will ever be recorded here. */
    boolean isOverAt(long after) {
        lock.lock();
        try {
            return closed && after >= tail.lastSeq();
        } finally {
            lock.unlock();
        }
    }

    /** How far the run is. */
    Progress progress() {
        lock.lock();
        try {
            Optional<Instant> last =
                    lastOutputAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastOutputAt));
            return new Progress(outputBytes, last, turns);
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing more be recorded, a character that never became whole included; false when that was done before. */
    boolean seal() {
        lock.lock();
        try {
            if (sealed) {
                return false;
            }
            byte[] torn = characters.rest();
            if (torn.length > 0) {
                add(Kind.OUTPUT, torn);
            }
            if (cap.isReached() && refusal == null) {
                keepTail();
            }
            sealed = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void keepTail() {
        List<TranscriptRecord> kept = tail.above(cap.headEnd());
        long first = kept.isEmpty() ? tail.lastSeq() + 1 : kept.getFirst().seq();
        if (first > cap.headEnd() + 1) {
            backlog.add(TranscriptLimit.gap(cap.headEnd() + 1, first - 1, clock.millis()));
        }
        kept.forEach(backlog::add);
    }

    /** Whether nothing waits for the log, also since it takes no more. */
    boolean isWritten() {
        lock.lock();
        try {
            return backlog.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** From now on a viewer may be told that this is all; says whether the log has taken it all. */
    boolean close() {
        lock.lock();
        try {
            closed = true;
            return refusal == null;
        } finally {
            lock.unlock();
        }
    }
}
