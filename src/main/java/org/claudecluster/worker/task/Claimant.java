package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A worker that asks for work.
 *
 * @param names what {@code workerId} in a submit may name: the id and, if you like, more
 * @param executorType what will run the tasks, {@code stub} or {@code pty}
 * @param credential fingerprint of what the tasks would use, so that nothing is claimed while its limit is used up
 * @param sessions the CLI's sessions that this worker can go on with
 * @param home id of the data directory in which its runs leave workspaces and sessions, if it tells one
 * @param lease how long a claim is trusted without renewal
 * @param affinityWait how long a task waits for the worker it prefers before anyone may have it
 */
public record Claimant(
        WorkerId id,
        Set<String> names,
        String executorType,
        Optional<String> credential,
        Sessions sessions,
        Optional<String> home,
        Duration lease,
        Duration affinityWait) {

    public Claimant {
        requireNonNull(id, "id");
        names = Set.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a worker has a name");
        }
        requireNonNull(executorType, "executorType");
        requireNonNull(credential, "credential");
        requireNonNull(sessions, "sessions");
        requireNonNull(home, "home");
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("lease must be positive: " + lease);
        }
        if (affinityWait.isNegative()) {
            throw new IllegalArgumentException("affinityWait can't be negative: " + affinityWait);
        }
    }

    /** The same, whom no pause of its credential holds back. */
    public Claimant inSpiteOfPause() {
        return new Claimant(id, names, executorType, Optional.empty(), sessions, home, lease, affinityWait);
    }

    /** One whose runs leave nothing that others would look for. */
    public Claimant(
            WorkerId id,
            Set<String> names,
            String executorType,
            Optional<String> credential,
            Sessions sessions,
            Duration lease,
            Duration affinityWait) {
        this(id, names, executorType, credential, sessions, Optional.empty(), lease, affinityWait);
    }
}
