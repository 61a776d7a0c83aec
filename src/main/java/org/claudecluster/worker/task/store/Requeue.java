package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.claudecluster.worker.task.Parked;

/**
 * How a task whose attempt has failed is sent back to wait for its next one. The attempt counts.
 *
 * @param why the attempt's end, shown with the task while it waits
 * @param notBefore when the next attempt may begin, to the millisecond
 */
public record Requeue(Parked why, Instant notBefore) {

    public Requeue {
        requireNonNull(why, "why");
        notBefore = notBefore.truncatedTo(ChronoUnit.MILLIS);
    }
}
