package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much waits.
 *
 * @param oldest for how long the pending task that has waited longest could have run; zero when none is due
 */
public record QueueDepth(long pending, Duration oldest) {

    public static final QueueDepth EMPTY = new QueueDepth(0, Duration.ZERO);

    public QueueDepth {
        requireNonNull(oldest, "oldest");
        if (pending < 0) {
            throw new IllegalArgumentException("pending can't be negative: " + pending);
        }
    }
}
