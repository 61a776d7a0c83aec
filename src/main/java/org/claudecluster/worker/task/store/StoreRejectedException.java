package org.claudecluster.worker.task.store;

/**
 * The store answers, and rejects a statement or its data: the same is rejected again however often it is sent. Nothing
 * took effect. The message names what is wrong, in one line and without the data.
 */
public final class StoreRejectedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreRejectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
