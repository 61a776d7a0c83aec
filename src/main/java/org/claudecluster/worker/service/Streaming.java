package org.claudecluster.worker.service;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.task.result.TaskProblem;
import org.jspecify.annotations.Nullable;

/** Counts streams and waiting requests, and says whether streams are served at the moment. */
@Singleton
public class Streaming {

    private volatile StreamingType type;
    private final Semaphore places;
    private final int max;
    private final Set<Runnable> drainListeners = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Duration retryAfter;

    public Streaming(ServiceSettings settings) {
        this.type = settings.streaming();
        this.max = settings.maxStreams();
        this.places = new Semaphore(max);
    }

    public StreamingType type() {
        return type;
    }

    public void switchTo(StreamingType wanted) {
        type = wanted;
    }

    /** Takes a place; to be given back by {@link #leave}. */
    public void enter() {
        if (type == StreamingType.STUB) {
            throw new TaskProblem(
                    TaskProblem.Code.STREAMING_OFF,
                    "streamingType is stub: set STREAMING_TYPE=sse or POST /pty/switch {\"streamingType\": \"sse\"}");
        }
        refuseWhenDraining();
        if (!places.tryAcquire()) {
            throw new TaskProblem(
                    TaskProblem.Code.TOO_MANY_STREAMS, max + " streams are open, which is SSE_MAX_CONNECTIONS");
        }
    }

    public void leave() {
        places.release();
    }

    /** Takes a place for a request that waits for a task's end; what waits costs as much as a stream that is silent. */
    Place waiting() {
        refuseWhenDraining();
        if (!places.tryAcquire()) {
            throw new TaskProblem(
                    TaskProblem.Code.TOO_MANY_STREAMS,
                    max + " streams are open or requests wait, which is SSE_MAX_CONNECTIONS: ask without ?wait");
        }
        return places::release;
    }

    private void refuseWhenDraining() {
        if (retryAfter != null) {
            throw new TaskProblem(TaskProblem.Code.DRAINING, "this worker is shutting down: ask another, or later");
        }
    }

    /**
     * Ends all streams with an {@code event: draining} and all waits with the task as it is; no new ones begin. What has
     * ended by then is told first.
     *
     * @param retryAfter when viewers should come back, to another replica or to the next process
     * @param patience how long to wait until the last has ended
     * @return whether all have ended
     */
    public boolean drain(Duration retryAfter, Duration patience) throws InterruptedException {
        this.retryAfter = retryAfter;
        drainListeners.forEach(Runnable::run);
        boolean allEnded = places.tryAcquire(max, patience.toNanos(), TimeUnit.NANOSECONDS);
        if (allEnded) {
            places.release(max);
        }
        return allEnded;
    }

    /** Set once streams have to end. */
    public Optional<Duration> draining() {
        return Optional.ofNullable(retryAfter);
    }

    /** Calls this when streams have to end, also if they had to before. It must return at once. */
    public Place onDrain(Runnable wake) {
        drainListeners.add(wake);
        if (retryAfter != null) {
            wake.run();
        }
        return () -> drainListeners.remove(wake);
    }

    /** To be closed when the wait is over. */
    @FunctionalInterface
    public interface Place extends AutoCloseable {

        /** For requests that don't wait. */
        Place NONE = () -> {};

        @Override
        void close();
    }

    /** Streams that are open now, and requests that wait. */
    public int open() {
        return max - places.availablePermits();
    }
}
