package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

/** The store can't be used now; the same may go well in a moment. */
public final class StoreUnavailableException extends StoreException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The kinds of hindrance. */
    public enum Kind {
        /** It did not answer; whether a write took effect is unknown. */
        AWAY,
        /** It answers, and takes no writes from this worker: a standby, a right or a table that is missing. */
        READ_ONLY,
        /** Others hold what was needed, a connection or a row. Nothing took effect. */
        BUSY
    }

    public StoreUnavailableException(String message, Throwable cause) {
        this(Kind.AWAY, message, cause);
    }

    public StoreUnavailableException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind");
    }

    public Kind kind() {
        return kind;
    }
}
