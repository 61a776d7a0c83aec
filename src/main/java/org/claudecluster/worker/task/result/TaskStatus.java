package org.claudecluster.worker.task.result;

import java.util.Locale;
import java.util.Optional;

/** Where a task stands. The wire names are the lower-case constants; final states never change. */
public enum TaskStatus {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** The only place in Java that says which transition is legal; the SQL's WHERE clauses say the same. */
    public boolean canBecome(TaskStatus next) {
        return switch (this) {
            // Failed without a run: its row can't be read.
            case PENDING -> next == RUNNING || next == CANCELLED || next == FAILED;
            case RUNNING -> next != RUNNING;
            case COMPLETED, FAILED, CANCELLED -> false;
        };
    }

    public boolean isFinal() {
        return switch (this) {
            case PENDING, RUNNING -> false;
            case COMPLETED, FAILED, CANCELLED -> true;
        };
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status with this wire name. */
    public static Optional<TaskStatus> ofWire(String wire) {
        for (TaskStatus status : values()) {
            if (status.wire().equals(wire)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
