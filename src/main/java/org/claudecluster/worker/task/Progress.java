package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a task has come.
 *
 * @param outputBytes what its terminal printed so far, over all attempts' last one
 * @param turns the agent's turns seen so far
 */
public record Progress(long outputBytes, Optional<Instant> lastOutputAt, int turns) {

    public static final Progress NONE = new Progress(0, Optional.empty(), 0);

    public Progress {
        requireNonNull(lastOutputAt, "lastOutputAt");
        if (outputBytes < 0 || turns < 0) {
            throw new IllegalArgumentException("progress can't be negative: " + outputBytes + " bytes, " + turns);
        }
    }
}
