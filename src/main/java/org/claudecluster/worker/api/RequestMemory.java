package org.claudecluster.worker.api;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.task.TaskProblem;

/**
 * What requests may take of the heap at once, all together: a quarter of it. A request that needs much takes its part
 * before it begins; where too little is left it waits a moment, then it is refused with {@code overloaded}. What is small
 * is not counted: of that the number of connections is the bound.
 */
@Singleton
class RequestMemory {

    /** Text as it came, as characters, as values and as the answer: so many times its bytes, measured on lists and bodies. */
    static final int TIMES = 8;

    /** From this size on a body counts. */
    static final int SMALL_BODY = 64 * 1024;

    private static final int UNIT = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int units;
    private final Semaphore free;
    private final Duration patience;

    RequestMemory() {
        this(Runtime.getRuntime().maxMemory() / 4, PATIENCE);
    }

    /** With so many bytes in all, and so long a wait. */
    RequestMemory(long bytes, Duration patience) {
        this.units = Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
        this.free = new Semaphore(units, true);
        this.patience = patience;
    }

    /** A part of it; to be closed when the answer is made. */
    interface Part extends AutoCloseable {

        /** Of a request that is small. */
        Part NONE = () -> {};

        @Override
        void close();
    }

    /** For the body of a request. */
    Part forBody(int bytes) {
        return bytes <= SMALL_BODY ? Part.NONE : forText(bytes);
    }

    /** For so much text. Throws a {@link TaskProblem} when there is no room for it in time. */
    Part forText(long bytes) {
        // One request alone may have all: with a small heap it is better served than refused for ever.
        int wanted = Math.clamp(bytes * TIMES / UNIT, 1, units);
        try {
            if (free.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return () -> free.release(wanted);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new TaskProblem(
                TaskProblem.Code.OVERLOADED, "other requests have the memory that this one needs: try again later");
    }
}
