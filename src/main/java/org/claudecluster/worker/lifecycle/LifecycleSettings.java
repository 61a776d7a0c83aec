package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.WorkerId;

/**
 * How this worker takes and keeps tasks.
 *
 * @param slots the most tasks at once
 * @param queueCapacity the most pending tasks
 * @param poll how often an idle worker with a free slot looks for work that nobody told it of
 * @param renew how often leases are renewed; well below {@code lease}
 * @param stopPatience how long a stopping worker waits for its running tasks to be ended and written
 * @param ownsStore whether no other process can use the store, so that what runs elsewhere runs nowhere
 */
public record LifecycleSettings(
        WorkerId id,
        String name,
        int slots,
        int queueCapacity,
        Duration poll,
        Duration lease,
        Duration renew,
        Duration affinityWait,
        Duration flush,
        Duration stopPatience,
        boolean ownsStore) {

    public LifecycleSettings {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(stopPatience, "stopPatience");
        if (slots < 1 || queueCapacity < 1) {
            throw new IllegalArgumentException("slots and queueCapacity must be positive");
        }
        if (!poll.isPositive() || !flush.isPositive()) {
            throw new IllegalArgumentException("poll and flush must be positive");
        }
        if (renew.compareTo(lease) >= 0) {
            throw new IllegalArgumentException("renew (" + renew + ") must be shorter than lease (" + lease + ")");
        }
    }

    Claimant claimant(ExecutorType executor) {
        return new Claimant(id, name, executor.wire(), lease, affinityWait);
    }
}
