package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Storable;
import org.claudecluster.worker.task.result.TextLimits;

/**
 * Why a task was sent back to wait.
 *
 * @param reason the end of its last run: a usage limit, or what its {@link Retry} names
 * @param message what that run said
 */
public record Parked(Reason reason, String message) {

    /** A longer message is cut. */
    private static final int MAX_MESSAGE = 2000;

    public Parked {
        requireNonNull(reason, "reason");
        message = TextLimits.start(Storable.text(message), MAX_MESSAGE);
    }
}
