package org.claudecluster.worker.lifecycle;

import java.time.Duration;

/**
 * Says whether and for how long a task waits for resets of usage limits.
 *
 * @param enabled otherwise a task that met a limit fails
 * @param maxInARow how often without a run in between that got further
 * @param maxWait how long at most from the first time that it is sent back to the last reset that it waits for
 */
public record ParkRules(boolean enabled, int maxInARow, Duration maxWait) {

    public ParkRules {
        if (maxInARow < 1) {
            throw new IllegalArgumentException("maxInARow must be positive: " + maxInARow);
        }
        if (!maxWait.isPositive()) {
            throw new IllegalArgumentException("maxWait must be positive: " + maxWait);
        }
    }
}
