package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import org.claudecluster.worker.task.TaskId;

/** A wish for a running task to end, as its owner finds it in the store. */
public record StopRequest(TaskId task, Wish wish) {

    /** How it shall end. */
    public enum Wish {
        /** At once and whatever it is doing. */
        CANCEL,
        /** Softly, so that it can still report what it used. A cancel beats it. */
        INTERRUPT
    }

    public StopRequest {
        requireNonNull(task, "task");
        requireNonNull(wish, "wish");
    }
}
