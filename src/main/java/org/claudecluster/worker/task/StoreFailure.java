package org.claudecluster.worker.task;

/** The store did not do what it was asked for. Either the same may go well in a moment, or it never will. */
public abstract sealed class StoreFailure extends RuntimeException permits StoreUnavailable, StoreRejected {

    private static final long serialVersionUID = 1L;

    StoreFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
