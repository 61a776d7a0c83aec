package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

/**
 * The right to write to a running task. Every such write names all three; the row count is the answer.
 *
 * @param epoch the fencing token: grows by one at every claim
 */
public record Lease(TaskId task, WorkerId holder, long epoch) {

    public Lease {
        requireNonNull(task, "task");
        requireNonNull(holder, "holder");
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch must be positive: " + epoch);
        }
    }
}
