package org.claudecluster.worker.api;

import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;
import org.claudecluster.worker.task.TaskProblem;

/** Whether streams are served at the moment, and how many. */
@Singleton
public class Streaming {

    private volatile StreamingType type;
    private final Semaphore places;
    private final int max;

    Streaming(ApiSettings settings) {
        this.type = settings.streaming();
        this.max = settings.maxStreams();
        this.places = new Semaphore(max);
    }

    StreamingType type() {
        return type;
    }

    void switchTo(StreamingType wanted) {
        type = wanted;
    }

    /** Takes a place; to be given back by {@link #leave}. */
    void enter() {
        if (type == StreamingType.STUB) {
            throw new TaskProblem(
                    TaskProblem.Code.STREAMING_OFF,
                    "streamingType is stub: set STREAMING_TYPE=sse or POST /pty/switch {\"streamingType\": \"sse\"}");
        }
        if (!places.tryAcquire()) {
            throw new TaskProblem(
                    TaskProblem.Code.TOO_MANY_STREAMS, max + " streams are open, which is SSE_MAX_CONNECTIONS");
        }
    }

    void leave() {
        places.release();
    }

    /** Takes a place for a request that waits for a task's end; what waits costs as much as a stream that is silent. */
    Place waiting() {
        if (!places.tryAcquire()) {
            throw new TaskProblem(
                    TaskProblem.Code.TOO_MANY_STREAMS,
                    max + " streams are open or requests wait, which is SSE_MAX_CONNECTIONS: ask without ?wait");
        }
        return places::release;
    }

    /** To be closed when the wait is over. */
    @FunctionalInterface
    interface Place extends AutoCloseable {

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
