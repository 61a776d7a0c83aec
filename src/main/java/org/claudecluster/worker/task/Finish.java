package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * All that is written when a task ends.
 *
 * @param footprint absent when no process ran, or none lived long enough to be seen
 */
public record Finish(Outcome outcome, Optional<TaskResult> result, Progress progress, Optional<Footprint> footprint) {

    public Finish {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(progress, "progress");
        requireNonNull(footprint, "footprint");
    }

    /** Of a task that no process ran for. */
    public Finish(Outcome outcome, Optional<TaskResult> result, Progress progress) {
        this(outcome, result, progress, Optional.empty());
    }
}
