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
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.store.WorkerState;

/**
 * Holds how this worker takes and keeps tasks.
 *
 * @param flush how often what was printed is written
 * @param park whether a task waits for the reset of a usage limit, and for how long
 */
public record LifecycleSettings(
        WorkerIdentity worker,
        Holdings holdings,
        QueueSettings queue,
        LeaseTimes lease,
        Duration flush,
        StopTimes stop,
        ParkRules park,
        RetentionTimes retention) {

    public LifecycleSettings {
        requireNonNull(worker, "worker");
        requireNonNull(holdings, "holdings");
        requireNonNull(queue, "queue");
        requireNonNull(lease, "lease");
        requireNonNull(park, "park");
        requireNonNull(stop, "stop");
        requireNonNull(retention, "retention");
        if (!flush.isPositive()) {
            throw new IllegalArgumentException("flush must be positive");
        }
    }

    /**
     * Says what this worker has, by which it may go on with some tasks and must leave others.
     *
     * @param credential fingerprint of the credential that new tasks get, so that a used up limit holds claims back
     * @param sessions the CLI's sessions that this worker can go on with
     * @param workspaces what its tasks leave, and the name under which follow-ups ask for it
     */
    public record Holdings(Supplier<Optional<String>> credential, Sessions sessions, Workspaces workspaces) {

        public Holdings {
            requireNonNull(credential, "credential");
            requireNonNull(sessions, "sessions");
            requireNonNull(workspaces, "workspaces");
        }
    }

    WorkerState state(int activeTasks, boolean draining) {
        return new WorkerState(
                worker.id(), worker.name(), namesAndHome(), worker.version(), queue.slots(), activeTasks, draining);
    }

    Claimant claimant(ExecutorType executor) {
        Set<String> all = new HashSet<>(namesAndHome());
        all.add(worker.id().value());
        // The stub needs no credential, so no limit holds it back.
        Optional<String> used = executor.isSimulated()
                ? Optional.empty()
                : holdings.credential().get();
        return new Claimant(
                worker.id(),
                all,
                executor.wire(),
                used,
                holdings.sessions(),
                holdings.workspaces().home(),
                lease.duration(),
                queue.affinityWait());
    }

    /** By its home's id a follow-up finds the worker again, also after a restart. */
    private Set<String> namesAndHome() {
        Set<String> all = new HashSet<>(worker.names());
        holdings.workspaces().home().ifPresent(all::add);
        return all;
    }
}
