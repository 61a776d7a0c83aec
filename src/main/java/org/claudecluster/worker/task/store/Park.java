package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.claudecluster.worker.task.Parked;

/**
 * How a task is sent back to wait for the reset of a usage limit.
 *
 * @param why shown with the task while it waits
 * @param resetsAt when the limit ends, to the millisecond: until then nobody claims for the credential
 * @param notBefore when the task itself may run again: the reset and some jitter
 * @param credential fingerprint of the credential whose limit it is; none when there is none to hold back
 * @param inARow the how manieth park this is without a run in between that got further
 */
public record Park(Parked why, Instant resetsAt, Instant notBefore, Optional<String> credential, int inARow) {

    public Park {
        requireNonNull(why, "why");
        requireNonNull(credential, "credential");
        resetsAt = resetsAt.truncatedTo(ChronoUnit.MILLIS);
        notBefore = notBefore.truncatedTo(ChronoUnit.MILLIS);
        if (inARow < 1) {
            throw new IllegalArgumentException("this is a park itself: " + inARow);
        }
        if (notBefore.isBefore(resetsAt)) {
            throw new IllegalArgumentException("notBefore is before resetsAt: " + notBefore + " < " + resetsAt);
        }
    }

    /** The first of its row. */
    public Park(Parked why, Instant resetsAt, Instant notBefore, Optional<String> credential) {
        this(why, resetsAt, notBefore, credential, 1);
    }
}
