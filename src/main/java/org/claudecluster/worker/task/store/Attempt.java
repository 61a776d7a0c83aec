package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.claudecluster.worker.task.Lease;

/**
 * One claim of a task: a line of the ledger.
 *
 * @param lease under which it ran
 * @param number which attempt it was; two have the same number where the first did not count
 * @param resumed whether it went on with the session of the one before
 * @param ended empty while it runs
 */
public record Attempt(
        Lease lease,
        int number,
        Optional<String> executorType,
        Optional<String> sessionId,
        boolean resumed,
        Instant startedAt,
        Optional<Ended> ended) {

    public Attempt {
        requireNonNull(lease, "lease");
        requireNonNull(executorType, "executorType");
        requireNonNull(sessionId, "sessionId");
        requireNonNull(startedAt, "startedAt");
        requireNonNull(ended, "ended");
    }

    /** When and how; the last event is that of the task's end where the task ended with it. */
    public record Ended(Instant at, AttemptEnd how) {
        public Ended {
            requireNonNull(at, "at");
            requireNonNull(how, "how");
        }
    }
}
