package org.claudecluster.worker.exec;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks one run to end. The first cause wins and stays. */
public final class StopSignal {

    private final CompletableFuture<StopCause> asked = new CompletableFuture<>();

    /** Asks; false when it was asked before. */
    public boolean ask(StopCause cause) {
        return asked.complete(cause);
    }

    /** The cause, once it was asked. */
    public Optional<StopCause> cause() {
        return Optional.ofNullable(asked.getNow(null));
    }

    /** Completes when it is asked. */
    CompletableFuture<StopCause> asked() {
        return asked;
    }
}
