package org.claudecluster.worker.exec;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks one run to end. The first cause wins and stays, but a lost lease beats every other, whenever it comes. */
public final class StopSignal {

    private final CompletableFuture<StopCause> asked = new CompletableFuture<>();
    private final CompletableFuture<StopCause> lost = new CompletableFuture<>();

    /** Asks; false when it was asked before. */
    public boolean ask(StopCause cause) {
        if (cause == StopCause.LEASE_LOST) {
            lost.complete(cause);
        }
        return asked.complete(cause);
    }

    /** The cause, once it was asked. */
    public Optional<StopCause> cause() {
        return Optional.ofNullable(lost.getNow(null)).or(() -> Optional.ofNullable(asked.getNow(null)));
    }

    /** Completes when it is asked. */
    CompletableFuture<StopCause> asked() {
        return asked;
    }

    /** Completes when the lease is lost, on the thread that finds out: then there is no time for a grace. */
    CompletableFuture<StopCause> lost() {
        return lost;
    }
}
