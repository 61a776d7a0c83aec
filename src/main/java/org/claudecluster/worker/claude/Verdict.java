package org.claudecluster.worker.claude;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.TaskResult;

/**
 * What a run came to: the outcome, and the CLI's own result where it told one.
 *
 * @param resetsAt when the limit that failed the run ends, where the CLI said so
 */
public record Verdict(Outcome outcome, Optional<TaskResult> result, Optional<Instant> resetsAt) {

    public Verdict {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(resetsAt, "resetsAt");
    }

    /** One that no limit has to do with. */
    public Verdict(Outcome outcome, Optional<TaskResult> result) {
        this(outcome, result, Optional.empty());
    }
}
