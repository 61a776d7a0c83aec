package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

/**
 * Why a task was sent back to wait.
 *
 * @param reason {@link Reason#USAGE_LIMIT} or {@link Reason#RATE_LIMITED}
 * @param message what the CLI said
 */
public record Parked(Reason reason, String message) {

    /** A longer message is cut. */
    private static final int MAX_MESSAGE = 2000;

    public Parked {
        requireNonNull(reason, "reason");
        message = Cut.start(message.replace("\0", ""), MAX_MESSAGE);
    }
}
