package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * How a task has waited for resets of usage limits so far.
 *
 * @param inARow how often without a run in between that got further
 * @param since when it was sent back for the first time of all
 */
public record Parks(int inARow, Optional<Instant> since) {

    public static final Parks NONE = new Parks(0, Optional.empty());

    public Parks {
        requireNonNull(since, "since");
        if (inARow < 0) {
            throw new IllegalArgumentException("inARow can't be negative: " + inARow);
        }
    }
}
