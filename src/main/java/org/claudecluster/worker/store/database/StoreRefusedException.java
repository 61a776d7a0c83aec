package org.claudecluster.worker.store.database;

/** A start that must not go on with this store. The message is one line that tells a person what to do. */
public final class StoreRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreRefusedException(String message) {
        super(message);
    }

    StoreRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
