package org.claudecluster.worker.task;

/** The store did not answer; whether the write took effect is unknown. */
public final class StoreUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
