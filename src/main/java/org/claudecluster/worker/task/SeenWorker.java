package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A worker as the others know it.
 *
 * @param lastSeen when it last said so, by the store's clock
 * @param alive whether that was less than a lease ago
 */
public record SeenWorker(WorkerState state, Instant lastSeen, boolean alive) {

    public SeenWorker {
        requireNonNull(state, "state");
        requireNonNull(lastSeen, "lastSeen");
    }
}
