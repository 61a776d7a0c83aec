package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A worker as the others know it.
 *
 * @param lastSeen when it last said so, by the store's clock
 * @param alive whether that was less than a lease ago
 */
public record RegisteredWorker(WorkerState state, Instant lastSeen, boolean alive) {

    public RegisteredWorker {
        requireNonNull(state, "state");
        requireNonNull(lastSeen, "lastSeen");
    }
}
