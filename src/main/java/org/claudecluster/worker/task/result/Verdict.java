package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * The verdict on a run: the outcome, and the CLI's own result where it told one.
 *
 * @param resetsAt when the limit that failed the run ends, where the CLI said so
 * @param credential fingerprint of what the run authenticated with, where that is known
 * @param footprint what its processes took from the machine, where there were any
 */
public record Verdict(
        Outcome outcome,
        Optional<TaskResult> result,
        Optional<Instant> resetsAt,
        Optional<Footprint> footprint,
        Optional<String> credential) {

    public Verdict {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(resetsAt, "resetsAt");
        requireNonNull(footprint, "footprint");
        requireNonNull(credential, "credential");
    }

    /** One that no limit has to do with. */
    public Verdict(Outcome outcome, Optional<TaskResult> result) {
        this(outcome, result, Optional.empty());
    }

    /** One of which nothing was measured. */
    public Verdict(Outcome outcome, Optional<TaskResult> result, Optional<Instant> resetsAt) {
        this(outcome, result, resetsAt, Optional.empty(), Optional.empty());
    }

    /** The same with what was measured. */
    public Verdict measured(Footprint used) {
        return new Verdict(outcome, result, resetsAt, Optional.of(used), credential);
    }

    /** The same by somebody who knows better what it came to. */
    public Verdict as(Outcome better) {
        return new Verdict(better, result, resetsAt, footprint, credential);
    }

    /** The same of a run with the credential of this fingerprint. */
    public Verdict ranWith(Optional<String> fingerprint) {
        return new Verdict(outcome, result, resetsAt, footprint, fingerprint);
    }
}
