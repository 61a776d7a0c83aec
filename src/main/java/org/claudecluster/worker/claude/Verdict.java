package org.claudecluster.worker.claude;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.claudecluster.worker.task.Footprint;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.TaskResult;

/**
 * What a run came to: the outcome, and the CLI's own result where it told one.
 *
 * @param resetsAt when the limit that failed the run ends, where the CLI said so
 * @param footprint what its processes took from the machine, where there were any
 */
public record Verdict(
        Outcome outcome, Optional<TaskResult> result, Optional<Instant> resetsAt, Optional<Footprint> footprint) {

    public Verdict {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(resetsAt, "resetsAt");
        requireNonNull(footprint, "footprint");
    }

    /** One that no limit has to do with. */
    public Verdict(Outcome outcome, Optional<TaskResult> result) {
        this(outcome, result, Optional.empty());
    }

    /** One of which nothing was measured. */
    public Verdict(Outcome outcome, Optional<TaskResult> result, Optional<Instant> resetsAt) {
        this(outcome, result, resetsAt, Optional.empty());
    }

    /** The same with what was measured. */
    public Verdict measured(Footprint used) {
        return new Verdict(outcome, result, resetsAt, Optional.of(used));
    }
}
