package org.claudecluster.worker.transcript;

import static java.util.Objects.requireNonNull;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

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
    private final Flushing flushing;
    private final Runnable changed;
    private final Consumer<Refusal> refused;
    /** Held by the one thread that writes to the log, for as long as that takes. */
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicBoolean flushAsked = new AtomicBoolean();
    private final Retry retry = new Retry();
    private final RecordBuffer buffer;
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
        this.flushing = flushing;
        this.changed = changed;
        this.refused = refused;
        this.begin = Math.max(begin, log.lastSeq());
        this.buffer = new RecordBuffer(this.begin, clock, flushing.bufferBytes(), flushing.capBytes());
    }

    /** Takes what the terminal printed; the buffer is free again after the call. Nothing is kept after the close. */
    public void output(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output(copy);
    }

    /** As {@link #output(ByteBuffer)}, without a copy: the array is the transcript's from now on. */
    public void output(byte[] bytes) {
        recorded(buffer.output(bytes));
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
        recorded(buffer.record(kind, bytes, startsTurn));
    }

    private void recorded(boolean due) {
        if (due) {
            flushSoon();
        }
        changed.run();
    }

    /** Whether so much was printed that not all of it is kept. */
    public boolean isPastCap() {
        return buffer.isPastCap();
    }

    /**
     * Whether more may be printed. Whoever prints asks before each piece, and may be told by {@link #onRoom}; it stands
     * where the kernel can make a program wait, not here.
     */
    public boolean hasRoom() {
        return buffer.hasRoom();
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
        RecordBuffer.News news;
        writing.lock();
        try {
            while (goOn.getAsBoolean() && writeBatch()) {
                // until all is written, or the log is away
            }
            news = buffer.news();
        } finally {
            writing.unlock();
        }
        if (news.room()) {
            roomAgain.run();
        }
        news.refusal().ifPresent(refused);
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
        List<TranscriptRecord> batch = buffer.nextBatch();
        if (batch.isEmpty()) {
            return false;
        }
        try {
            if (!log.append(batch)) {
                buffer.refuse(Refusal.LEASE_LOST, null);
                return false;
            }
        } catch (StoreUnavailableException _) {
            retry.failed();
            return false;
        } catch (RuntimeException e) {
            buffer.refuse(Refusal.BROKEN, e);
            return false;
        }
        retry.succeeded();
        buffer.written(batch);
        return true;
    }

    /** Why the log took no more, if it failed. */
    public Optional<RuntimeException> failure() {
        return buffer.failure();
    }

    /** The records that viewers behind {@code after} get next: sealed, since "too far behind" is no error. */
    public sealed interface Window {
        /** The records right after the viewer's position, at most about {@code maxBytes}; empty when there are none. */
        record Records(List<TranscriptRecord> records) implements Window {}

        /** The viewer's next record is only in the log, and is there. */
        record Behind() implements Window {}
    }

    /** The records after a viewer's position. */
    public Window after(long after, int maxBytes) {
        return buffer.after(after, maxBytes);
    }

    /** The position before the first record. What lies at or below it is in the log, and nothing is added there. */
    public long begin() {
        return begin;
    }

    /** Number of the last record; empty before the first. */
    public Optional<Long> lastId() {
        return buffer.lastId();
    }

    /** Whether a viewer at this position has seen all that will ever be recorded here. */
    public boolean isOverAt(long after) {
        return buffer.isOverAt(after);
    }

    /** How far the run is. */
    public Progress progress() {
        return buffer.progress();
    }

    /**
     * Writes what is left, a character that never became whole included, and closes the log. Tries again while the log
     * is away.
     *
     * @param giveUp asked between the tries
     * @return whether the log has all of it
     */
    boolean close(BooleanSupplier giveUp) {
        if (!buffer.seal()) {
            return true;
        }
        do {
            flush();
        } while (!buffer.isWritten() && !giveUp.getAsBoolean() && retry.pause());
        boolean whole;
        writing.lock();
        try {
            boolean all = buffer.isWritten();
            whole = closeLog() && all;
        } finally {
            writing.unlock();
        }
        changed.run();
        return whole;
    }

    private boolean closeLog() {
        boolean whole = buffer.close();
        try {
            log.close();
        } catch (UncheckedIOException | StoreUnavailableException e) {
            return false;
        }
        return whole;
    }
}
