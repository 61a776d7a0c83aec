package org.claudecluster.worker.claude;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.TaskResult;

/** What a run came to: the outcome, and the CLI's own result where it told one. */
public record Verdict(Outcome outcome, Optional<TaskResult> result) {

    public Verdict {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
    }
}
