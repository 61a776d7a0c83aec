package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import org.claudecluster.worker.lifecycle.retention.RetentionTimes;

/**
 * The settings that have to go together. They are looked at before the store is opened, so that a start which is refused
 * for them has changed nothing there.
 *
 * @param park whether a task waits for the reset of a usage limit, and for how long
 */
public record LifecycleTimes(LeaseTimes lease, ParkRules park, RetentionTimes retention) {

    public LifecycleTimes {
        requireNonNull(lease, "lease");
        requireNonNull(park, "park");
        requireNonNull(retention, "retention");
    }
}
