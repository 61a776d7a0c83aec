package org.claudecluster.worker.lifecycle.retention;

import java.time.Duration;

/**
 * How long what has ended is kept.
 *
 * @param tasks from the end of a task until it is removed; zero keeps it for ever
 * @param transcripts from the end of a task until what it printed is removed; zero keeps it as long as the task
 * @param workspaces from the end of the last task that used a workspace until it is removed; zero keeps it as long as the
 *     task
 * @param interval how often what is older is removed
 */
public record RetentionTimes(Duration tasks, Duration transcripts, Duration workspaces, Duration interval) {

    public RetentionTimes {
        if (tasks.isNegative() || transcripts.isNegative() || workspaces.isNegative()) {
            throw new IllegalArgumentException(
                    "retention can't be negative: " + tasks + ", " + transcripts + ", " + workspaces);
        }
        if (!interval.isPositive()) {
            throw new IllegalArgumentException("interval must be positive: " + interval);
        }
    }

    /** Those that keep workspaces as long as their tasks. */
    public RetentionTimes(Duration tasks, Duration transcripts, Duration interval) {
        this(tasks, transcripts, Duration.ZERO, interval);
    }
}
