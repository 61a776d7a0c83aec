package org.claudecluster.worker.api.guard;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.claudecluster.worker.task.result.TaskProblem;

/**
 * Bounds the heap that all requests together may take at once. Bodies, from their first byte until their requests are
 * answered: an eighth. For objects that are made of large ones, and for lists: a quarter, of which a request takes its
 * part before it begins. Where too little is left it waits a moment, then it is refused with {@code overloaded}.
 * Answers on their way to clients that are slow to take them: an eighth, beyond which no list is made.
 */
@Singleton
public class RequestMemory {

    /** Text as it came, as characters, as values and as the answer: so many times its bytes, measured on lists and bodies. */
    static final int TIMES = 8;

    /** From this size on a body counts. */
    static final int SMALL_BODY = 64 * 1024;

    private static final int UNIT = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int units;
    private final Semaphore free;
    private final Duration patience;
    private final long mostOfBodies;
    private final AtomicLong bodies = new AtomicLong();
    private final AtomicLong onTheirWay = new AtomicLong();

    RequestMemory() {
        this(Runtime.getRuntime().maxMemory() / 4, PATIENCE);
    }

    /** With so many bytes for what is made of requests, half of that for their bodies, and so long a wait. */
    RequestMemory(long bytes, Duration patience) {
        this.mostOfBodies = bytes / 2;
        this.units = Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
        this.free = new Semaphore(units, true);
        this.patience = patience;
    }

    /** A part of it; to be closed when the answer is made. */
    public interface Part extends AutoCloseable {

        /** Of a request that is small. */
        Part NONE = () -> {};

        @Override
        void close();
    }

    /**
     * Holds a piece of a body that has come. Never waits.
     *
     * @return false where there is no room, and nothing is held
     */
    boolean holdBody(int bytes) {
        if (bodies.addAndGet(bytes) <= mostOfBodies) {
            return true;
        }
        bodies.addAndGet(-bytes);
        return false;
    }

    /** Gives back so much of what was held. */
    void releaseBody(long bytes) {
        bodies.addAndGet(-bytes);
    }

    /** Of all bodies that are held at the moment, in bytes. */
    long heldBodies() {
        return bodies.get();
    }

    /** An answer, or a piece of one, has been written and is not sent yet. */
    void sending(int bytes) {
        onTheirWay.addAndGet(bytes);
    }

    /** It is sent, or its client is gone. */
    void sent(int bytes) {
        onTheirWay.addAndGet(-bytes);
    }

    static TaskProblem overloaded() {
        return new TaskProblem(
                TaskProblem.Code.OVERLOADED, "other requests have the memory that this one needs: try again later");
    }

    /** For what is made of the body of a request. */
    public Part forBody(int bytes) {
        return bytes <= SMALL_BODY ? Part.NONE : forText(bytes);
    }

    /**
     * For an answer of so much text that is made at once. Throws a {@link TaskProblem} when there is no room for it in
     * time.
     */
    public Part forAnswer(long bytes) {
        // As much as for bodies.
        if (onTheirWay.get() > mostOfBodies) {
            throw overloaded();
        }
        return forText(bytes);
    }

    /** For so much text. Throws a {@link TaskProblem} when there is no room for it in time. */
    public Part forText(long bytes) {
        // One request alone may have all: with a small heap it is better served than refused for ever.
        int wanted = Math.clamp(bytes * TIMES / UNIT, 1, units);
        try {
            if (free.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return () -> free.release(wanted);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw overloaded();
    }
}
