package org.claudecluster.worker.transcript;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The transcript of a task that runs here: numbers what is printed, hands it to the log in batches and keeps the newest
 * part in memory for viewers.
 *
 * <p>Bounds: the tail holds {@link #TAIL_BYTES} at most (or one larger record); what falls out of it is in the log. A
 * viewer that is further behind reads the log, so no viewer costs memory or makes the task wait.
 */
public final class LiveTranscript {

    /** Enough for a viewer that is a few network round trips behind a terminal at full speed. */
    static final int TAIL_BYTES = 512 * 1024;
    /** What is not in the log yet: at most this, or what came since the last timed flush. */
    static final int FLUSH_BYTES = 64 * 1024;

    private final TranscriptLog.Appender log;
    private final InstantSource clock;
    private final Runnable changed;
    private final Runnable broken;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<LiveRecord> tail = new ArrayDeque<>();
    private final List<TranscriptRecord> unflushed = new ArrayList<>();
    private byte[] carry = EMPTY;
    private int tailBytes;
    private int unflushedBytes;
    private long lastSeq;
    private long outputBytes;
    private long lastOutputAt;
    private int turns;
    private boolean closed;
    /** Why the log took no more. From then on nothing is recorded, since a gap would be worse than an end. */
    private @Nullable UncheckedIOException failure;

    LiveTranscript(TranscriptLog.Appender log, InstantSource clock, Runnable changed, Runnable broken) {
        this.log = log;
        this.clock = clock;
        this.changed = changed;
        this.broken = broken;
        this.lastSeq = log.lastSeq();
    }

    /** Takes what the terminal printed; the buffer is free again after the call. Nothing is kept after the close. */
    public void output(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output(copy);
    }

    /** As {@link #output(ByteBuffer)}, without a copy: the array is the transcript's from now on. */
    public void output(byte[] bytes) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            outputBytes += bytes.length;
            lastOutputAt = clock.millis();
            byte[] whole = carry.length == 0 ? bytes : joined(carry, bytes);
            int held = Utf8Tail.incomplete(whole, whole.length);
            carry = held == 0 ? EMPTY : tailOf(whole, held);
            if (whole.length > held) {
                add(Kind.OUTPUT, held == 0 ? whole : headOf(whole, held));
            }
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    /** Takes one agent event, a line of JSON. */
    public void agent(byte[] json, boolean startsTurn) {
        lock.lock();
        try {
            turns += startsTurn ? 1 : 0;
            add(Kind.AGENT, json);
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    /** Takes a change of state, a JSON object. */
    public void status(byte[] json) {
        record(Kind.STATUS, json);
    }

    /** Takes the terminal's size. */
    public void resize(int cols, int rows) {
        record(Kind.RESIZE, (cols + "x" + rows).getBytes(StandardCharsets.US_ASCII));
    }

    private void record(Kind kind, byte[] bytes) {
        lock.lock();
        try {
            add(kind, bytes);
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private void add(Kind kind, byte[] bytes) {
        if (closed || failure != null) {
            return;
        }
        TranscriptRecord record = new TranscriptRecord(lastSeq + 1, clock.millis(), kind, bytes);
        lastSeq = record.seq();
        tail.addLast(new LiveRecord(record));
        tailBytes += bytes.length;
        unflushed.add(record);
        unflushedBytes += bytes.length;
        if (unflushedBytes >= FLUSH_BYTES) {
            flushLocked();
        }
        evict();
    }

    /**
     * INVARIANT: only what is in the log leaves the tail, so that a viewer finds every record in one of the two. A broken
     * log takes nothing more, so then nothing leaves; nothing comes either.
     */
    private void evict() {
        while (tailBytes > TAIL_BYTES && tail.size() > 1) {
            if (!unflushed.isEmpty()
                    && tail.getFirst().record().seq() >= unflushed.getFirst().seq()) {
                flushLocked();
            }
            if (failure != null) {
                return;
            }
            tailBytes -= tail.removeFirst().record().bytes().length;
        }
    }

    /** Hands everything so far to the log. When the log can't take it, {@link #failure} says why. */
    public void flush() {
        lock.lock();
        try {
            flushLocked();
        } finally {
            lock.unlock();
        }
    }

    private void flushLocked() {
        if (unflushed.isEmpty() || closed || failure != null) {
            return;
        }
        try {
            log.append(unflushed);
        } catch (UncheckedIOException e) {
            failure = e;
            broken.run();
        }
        unflushed.clear();
        unflushedBytes = 0;
    }

    /** Why the log took no more, if it did not. */
    public Optional<UncheckedIOException> failure() {
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
        record Records(List<LiveRecord> records) implements Window {}

        /** The viewer's next record is only in the log. */
        record Behind() implements Window {}
    }

    /** The records after a viewer's position. */
    public Window after(long after, int maxBytes) {
        lock.lock();
        try {
            if (after >= lastSeq) {
                return new Window.Records(List.of());
            }
            if (tail.isEmpty() || tail.getFirst().record().seq() > after + 1) {
                return new Window.Behind();
            }
            ArrayDeque<LiveRecord> found = new ArrayDeque<>();
            for (Iterator<LiveRecord> newest = tail.descendingIterator(); newest.hasNext(); ) {
                LiveRecord live = newest.next();
                if (live.record().seq() <= after) {
                    break;
                }
                found.addFirst(live);
            }
            return new Window.Records(upTo(maxBytes, found));
        } finally {
            lock.unlock();
        }
    }

    private static List<LiveRecord> upTo(int maxBytes, Iterable<LiveRecord> records) {
        List<LiveRecord> taken = new ArrayList<>();
        int bytes = 0;
        for (LiveRecord live : records) {
            if (!taken.isEmpty() && bytes + live.record().bytes().length > maxBytes) {
                return taken;
            }
            bytes += live.record().bytes().length;
            taken.add(live);
        }
        return taken;
    }

    /** Whether a viewer at this position has seen all that will ever be recorded here. */
    public boolean isOverAt(long after) {
        lock.lock();
        try {
            return closed && after >= lastSeq;
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

    /** Writes what is left, a character that never became whole included, and closes the log. */
    void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            try (log) {
                if (carry.length > 0) {
                    add(Kind.OUTPUT, carry);
                    carry = EMPTY;
                }
                flushLocked();
            } finally {
                closed = true;
            }
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private static final byte[] EMPTY = new byte[0];

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] headOf(byte[] bytes, int without) {
        byte[] head = new byte[bytes.length - without];
        System.arraycopy(bytes, 0, head, 0, head.length);
        return head;
    }

    private static byte[] tailOf(byte[] bytes, int length) {
        byte[] end = new byte[length];
        System.arraycopy(bytes, bytes.length - length, end, 0, length);
        return end;
    }
}
