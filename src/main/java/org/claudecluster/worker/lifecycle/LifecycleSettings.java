package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.lifecycle.retention.RetentionTimes;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.store.WorkerState;

/**
 * How this worker takes and keeps tasks.
 *
 * @param names what {@code workerId} in a submit may name besides the id: WORKER_ID, WORKER_NAME and the labels
 * @param credential fingerprint of the credential that new tasks get, so that a used up limit holds claims back
 * @param sessions the CLI's sessions that this worker can go on with
 * @param workspaces what its tasks leave, and the name under which follow-ups ask for it
 * @param slots the most tasks at once
 * @param queueCapacity the most pending tasks
 * @param poll how often an idle worker with a free slot looks for work that nobody told it of
 * @param park whether a task waits for the reset of a usage limit, and for how long
 * @param ownsStore whether no other process can use the store, so that what runs elsewhere runs nowhere
 */
public record LifecycleSettings(
        WorkerId id,
        String name,
        Set<String> names,
        String version,
        Supplier<Optional<String>> credential,
        Sessions sessions,
        Workspaces workspaces,
        int slots,
        int queueCapacity,
        Duration poll,
        LeaseTimes lease,
        Duration affinityWait,
        Duration flush,
        StopTimes stop,
        ParkRules park,
        RetentionTimes retention,
        boolean ownsStore) {

    public LifecycleSettings {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        requireNonNull(credential, "credential");
        requireNonNull(sessions, "sessions");
        requireNonNull(workspaces, "workspaces");
        names = Set.copyOf(names);
        requireNonNull(lease, "lease");
        requireNonNull(park, "park");
        requireNonNull(stop, "stop");
        requireNonNull(retention, "retention");
        if (slots < 1 || queueCapacity < 1) {
            throw new IllegalArgumentException("slots and queueCapacity must be positive");
        }
        if (!poll.isPositive() || !flush.isPositive()) {
            throw new IllegalArgumentException("poll and flush must be positive");
        }
    }

    WorkerState state(int activeTasks, boolean draining) {
        return new WorkerState(id, name, namesAndHome(), version, slots, activeTasks, draining);
    }

    Claimant claimant(ExecutorType executor) {
        Set<String> all = new HashSet<>(namesAndHome());
        all.add(id.value());
        // The stub needs no credential, so no limit holds it back.
        Optional<String> used = executor == ExecutorType.PTY ? credential.get() : Optional.empty();
        return new Claimant(
                id, all, executor.wire(), used, sessions, workspaces.home(), lease.duration(), affinityWait);
    }

    /** By its home's id a follow-up finds the worker again, also after a restart. */
    private Set<String> namesAndHome() {
        Set<String> all = new HashSet<>(names);
        workspaces.home().ifPresent(all::add);
        return all;
    }
}
