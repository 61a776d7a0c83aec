package org.claudecluster.worker.store;

/** A start that must not go on with this store. The message is one line that tells a person what to do. */
public final class StoreRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreRefused(String message) {
        super(message);
    }

    StoreRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
