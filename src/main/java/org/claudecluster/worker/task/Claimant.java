package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A worker that asks for work.
 *
 * @param name what {@code workerId} in a submit may name as well as the id
 * @param executorType what will run the tasks, {@code stub} or {@code pty}
 * @param lease how long a claim is trusted without renewal
 * @param affinityWait how long a task waits for the worker it prefers before anyone may have it
 */
public record Claimant(WorkerId id, String name, String executorType, Duration lease, Duration affinityWait) {

    public Claimant {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(executorType, "executorType");
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("lease must be positive: " + lease);
        }
        if (affinityWait.isNegative()) {
            throw new IllegalArgumentException("affinityWait can't be negative: " + affinityWait);
        }
    }
}
