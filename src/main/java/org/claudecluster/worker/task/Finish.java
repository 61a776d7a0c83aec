package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** All that is written when a task ends. */
public record Finish(Outcome outcome, Optional<TaskResult> result, Progress progress) {

    public Finish {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(progress, "progress");
    }
}
