package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Says how many tasks this worker takes, and when.
 *
 * @param slots the most tasks at once
 * @param capacity the most pending tasks
 * @param poll how often an idle worker with a free slot looks for work that nobody told it of
 * @param affinityWait how long a task waits for the worker that it prefers
 * @param ownsStore whether no other process can use the store, so that what runs elsewhere runs nowhere
 */
public record QueueSettings(int slots, int capacity, Duration poll, Duration affinityWait, boolean ownsStore) {

    public QueueSettings {
        requireNonNull(affinityWait, "affinityWait");
        if (slots < 1 || capacity < 1) {
            throw new IllegalArgumentException("slots and capacity must be positive");
        }
        if (!poll.isPositive()) {
            throw new IllegalArgumentException("poll must be positive");
        }
    }
}
