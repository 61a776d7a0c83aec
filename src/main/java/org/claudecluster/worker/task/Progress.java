package org.claudecluster.worker.task;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * How far a task has come.
 *
 * @param outputBytes what its terminal printed so far, in its last attempt
 * @param lastOutputAt to the millisecond, as it is kept
 * @param turns the agent's turns seen so far
 */
public record Progress(long outputBytes, Optional<Instant> lastOutputAt, int turns) {

    public static final Progress NONE = new Progress(0, Optional.empty(), 0);

    public Progress {
        lastOutputAt = lastOutputAt.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
        if (outputBytes < 0 || turns < 0) {
            throw new IllegalArgumentException("progress can't be negative: " + outputBytes + " bytes, " + turns);
        }
    }
}
