package org.claudecluster.worker.lifecycle;

import java.time.Duration;

/**
 * How long a claim is ours.
 *
 * @param duration how long the store keeps a claim for us without renewal
 * @param renew how often claims are renewed
 * @param margin how long before the store's end we take a claim for lost, so that the process tree is gone in time
 */
public record LeaseTimes(Duration duration, Duration renew, Duration margin) {

    /** Throws {@link IllegalArgumentException} when a healthy worker could lose its claims between two renewals. */
    public LeaseTimes {
        if (!renew.isPositive() || margin.isNegative()) {
            throw new IllegalArgumentException("renew must be positive and margin not negative");
        }
        if (renew.compareTo(duration.minus(margin)) >= 0) {
            throw new IllegalArgumentException(
                    "renew must be shorter than duration - margin: " + renew + " >= " + duration + " - " + margin);
        }
    }

    /** How long a claim or a renewal is trusted, counted from before it was asked for. */
    Duration trusted() {
        return duration.minus(margin);
    }
}
