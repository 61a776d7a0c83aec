package org.claudecluster.worker.task.store;

/** The store did not do what it was asked for. Either the same may go well in a moment, or it never will. */
public abstract sealed class StoreException extends RuntimeException
        permits StoreUnavailableException, StoreRejectedException {

    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
