package org.claudecluster.worker.transcript;

import static java.util.Objects.requireNonNull;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The transcript of a task that runs here: numbers what is printed, hands it to the log in batches and keeps the newest
 * part in memory for viewers. Neither the printing thread nor a viewer waits for a log that may block.
 *
 * <p>Bounds: the tail holds {@link Tail#BYTES} (or one larger record) and what is not in the log yet; that is bounded by
 * {@link #hasRoom}, which whoever prints must ask. A viewer that is further behind than the tail reads the log, so no
 * viewer costs memory or makes the task wait.
 */
public final class LiveTranscript {

    private final TranscriptLog.Appender log;
    private final long begin;
    private final InstantSource clock;
    private final Flushing flushing;
    private final Runnable changed;
    private final Consumer<Refusal> refused;
    /** Guards what is in memory; held for moments. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Held by the one thread that writes to the log, for as long as that takes. Taken before {@link #lock}. */
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicBoolean flushAsked = new AtomicBoolean();
    private final Retry retry = new Retry();
    private final Tail tail;
    private final Backlog backlog;
    private final Cap cap;
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
    private volatile Runnable roomAgain = () -> {};

    /** Why the log takes no more. */
    public enum Refusal {
        /** It failed for good. */
        BROKEN,
        /** Another worker may own the task. */
        LEASE_LOST
    }

    /**
     * How the log is written to.
     *
     * @param on where appends run: on the calling thread where they don't wait for a network
     * @param bufferBytes how much may wait for the log
     * @param capBytes how much of one run the log keeps
     */
    record Flushing(Executor on, long bufferBytes, long capBytes) {
        Flushing {
            requireNonNull(on, "on");
            if (bufferBytes < Backlog.FLUSH_BYTES) {
                throw new IllegalArgumentException("a buffer of " + bufferBytes + " bytes holds no batch");
            }
            if (capBytes < 2 * Tail.BYTES) {
                throw new IllegalArgumentException("a cap of " + capBytes + " bytes leaves no room for a head");
            }
        }
    }

    /**
     * Of one claim.
     *
     * @param begin the position before its first record, above all that an earlier claim may have shown
     */
    LiveTranscript(
            TranscriptLog.Appender log,
            long begin,
            InstantSource clock,
            Flushing flushing,
            Runnable changed,
            Consumer<Refusal> refused) {
        this.log = log;
        this.clock = clock;
        this.flushing = flushing;
        this.changed = changed;
        this.refused = refused;
        this.begin = Math.max(begin, log.lastSeq());
        this.written = this.begin;
        this.tail = new Tail(written);
        this.backlog = new Backlog(flushing.bufferBytes());
        this.cap = new Cap(flushing.capBytes());
    }

    /** Takes what the terminal printed; the buffer is free again after the call. Nothing is kept after the close. */
    public void output(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output(copy);
    }

    /** As {@link #output(ByteBuffer)}, without a copy: the array is the transcript's from now on. */
    public void output(byte[] bytes) {
        boolean due;
        lock.lock();
        try {
            if (sealed) {
                return;
            }
            outputBytes += bytes.length;
            lastOutputAt = clock.millis();
            byte[] whole = characters.add(bytes);
            if (whole.length > 0) {
                add(Kind.OUTPUT, whole);
            }
            due = isDue();
        } finally {
            lock.unlock();
        }
        recorded(due);
    }

    /** Takes one agent event, a line of JSON. */
    public void agent(byte[] json, boolean startsTurn) {
        record(Kind.AGENT, json, startsTurn);
    }

    /** Takes a change of state, a JSON object. */
    public void status(byte[] json) {
        record(Kind.STATUS, json, false);
    }

    /** Takes the terminal's size. */
    public void resize(int cols, int rows) {
        record(Kind.RESIZE, (cols + "x" + rows).getBytes(StandardCharsets.US_ASCII), false);
    }

    private void record(Kind kind, byte[] bytes, boolean startsTurn) {
        boolean due;
        lock.lock();
        try {
            turns += startsTurn ? 1 : 0;
            add(kind, bytes);
            due = isDue();
        } finally {
            lock.unlock();
        }
        recorded(due);
    }

    /** The rest of the head at once: until it is written, the tail can't forget what follows. */
    private boolean isDue() {
        return backlog.isDue() || (cap.isReached() && !backlog.isEmpty());
    }

    private void recorded(boolean due) {
        if (due) {
            flushSoon();
        }
        changed.run();
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
    public boolean isPastCap() {
        lock.lock();
        try {
            return cap.isReached();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether more may be printed. Whoever prints asks before each piece, and may be told by {@link #onRoom}; it stands
     * where the kernel can make a program wait, not here.
     */
    public boolean hasRoom() {
        lock.lock();
        try {
            return refusal != null || (!backlog.isFull() && isHeadWritten());
        } finally {
            lock.unlock();
        }
    }

    /** Calls this, on any thread, whenever there is room again after there was none. It must return at once. */
    public void onRoom(Runnable again) {
        roomAgain = again;
        again.run();
    }

    /** Hands everything so far to the log, and waits for it; what it does not take now is kept for later. */
    public void flush() {
        write(() -> true);
    }

    private void write(BooleanSupplier goOn) {
        News news;
        writing.lock();
        try {
            while (goOn.getAsBoolean() && writeBatch()) {
                // until all is written, or the log is away
            }
            news = news();
        } finally {
            writing.unlock();
        }
        if (news.room()) {
            roomAgain.run();
        }
        news.refusal().ifPresent(refused);
    }

    /** What has to be told once no lock is held. */
    private record News(boolean room, Optional<Refusal> refusal) {}

    private News news() {
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

    /** Has everything so far handed to the log, by the calling thread only if that does not wait for a network. */
    void flushSoon() {
        if (retry.isDue() && flushAsked.compareAndSet(false, true)) {
            flushing.on().execute(() -> {
                // INVARIANT: before the flush, so that what comes during it asks for the next one.
                flushAsked.set(false);
                write(retry::isDue);
            });
        }
    }

    /** False when there was nothing to write, or it was not taken. */
    private boolean writeBatch() {
        List<TranscriptRecord> batch = nextBatch();
        if (batch.isEmpty()) {
            return false;
        }
        try {
            if (!log.append(batch)) {
                refuse(Refusal.LEASE_LOST, null);
                return false;
            }
        } catch (StoreUnavailable _) {
            retry.failed();
            return false;
        } catch (RuntimeException e) {
            refuse(Refusal.BROKEN, e);
            return false;
        }
        retry.succeeded();
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
        return true;
    }

    private List<TranscriptRecord> nextBatch() {
        lock.lock();
        try {
            return closed || refusal != null ? List.of() : backlog.batch();
        } finally {
            lock.unlock();
        }
    }

    /** What the log did not take stays in the tail; nothing comes any more, so it stays bounded. */
    private void refuse(Refusal why, @Nullable RuntimeException cause) {
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
    public Optional<RuntimeException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    /** What viewers behind {@code after} get next: sealed, since "too far behind" is no error. */
    public sealed interface Window {
        /** The records right after the viewer's position, at most about {@code maxBytes}; empty when there are none. */
        record Records(List<TranscriptRecord> records) implements Window {}

        /** The viewer's next record is only in the log, and is there. */
        record Behind() implements Window {}
    }

    /** The records after a viewer's position. */
    public Window after(long after, int maxBytes) {
        lock.lock();
        try {
            Window window = tail.after(after, maxBytes);
            boolean isGap = window instanceof Window.Behind && cap.isReached() && after >= cap.headEnd();
            return isGap ? tail.afterGap(after, maxBytes, clock.millis()) : window;
        } finally {
            lock.unlock();
        }
    }

    /** The position before the first record. What lies at or below it is in the log, and nothing is added there. */
    public long begin() {
        return begin;
    }

    /** Number of the last record; empty before the first. */
    public Optional<Long> lastId() {
        lock.lock();
        try {
            return tail.lastSeq() > begin ? Optional.of(tail.lastSeq()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a viewer at this position has seen all that will ever be recorded here. */
    public boolean isOverAt(long after) {
        lock.lock();
        try {
            return closed && after >= tail.lastSeq();
        } finally {
            lock.unlock();
        }
    }

    public Progress progress() {
        lock.lock();
        try {
            Optional<Instant> last =
                    lastOutputAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastOutputAt));
            return new Progress(outputBytes, last, turns);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes what is left, a character that never became whole included, and closes the log. Tries again while the log
     * is away.
     *
     * @param giveUp asked between the tries
     * @return whether the log has all of it
     */
    boolean close(BooleanSupplier giveUp) {
        if (!seal()) {
            return true;
        }
        do {
            flush();
        } while (!isWritten() && !giveUp.getAsBoolean() && retry.pause());
        boolean whole;
        writing.lock();
        try {
            boolean all = isWritten();
            whole = closeLog() && all;
        } finally {
            writing.unlock();
        }
        changed.run();
        return whole;
    }

    /** False when that was done before. */
    private boolean seal() {
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
            backlog.add(Cap.gap(cap.headEnd() + 1, first - 1, clock.millis()));
        }
        kept.forEach(backlog::add);
    }

    /** True as well when it never will be. */
    private boolean isWritten() {
        lock.lock();
        try {
            return backlog.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private boolean closeLog() {
        boolean whole;
        lock.lock();
        try {
            closed = true;
            whole = refusal == null;
        } finally {
            lock.unlock();
        }
        try {
            log.close();
        } catch (UncheckedIOException | StoreUnavailable e) {
            return false;
        }
        return whole;
    }
}
