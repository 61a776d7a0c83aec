package org.claudecluster.worker.outcome;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Asks one run to end. The first cause wins and stays, with two exceptions: a lost lease beats every other, whenever it
 * comes, and every other beats the wish for a soft end.
 */
public final class StopSignal {

    /** With a sentence for people; the cause's own where it is empty. */
    private record Asked(StopCause cause, String detail) {}

    private final CompletableFuture<Asked> asked = new CompletableFuture<>();
    private final CompletableFuture<StopCause> lost = new CompletableFuture<>();
    private final CompletableFuture<StopCause> interrupted = new CompletableFuture<>();
    private final CompletableFuture<StopCause> atOnce = new CompletableFuture<>();

    /** Asks; false when it was asked before. */
    public boolean ask(StopCause cause) {
        return ask(cause, "");
    }

    /** Asks, and tells people more than the cause does. */
    public boolean ask(StopCause cause, String detail) {
        if (cause == StopCause.INTERRUPTED) {
            return !asked.isDone() && interrupted.complete(cause);
        }
        if (cause == StopCause.LEASE_LOST) {
            lost.complete(cause);
        }
        boolean first = asked.complete(new Asked(cause, detail));
        if (cause == StopCause.LEASE_LOST || (first && cause.isUrgent())) {
            atOnce.complete(cause);
        }
        return first;
    }

    /** The cause, once it was asked. */
    public Optional<StopCause> cause() {
        return Optional.ofNullable(lost.getNow(null))
                .or(() -> Optional.ofNullable(asked.getNow(null)).map(Asked::cause))
                .or(() -> Optional.ofNullable(interrupted.getNow(null)));
    }

    /** What was said beside the cause. */
    public Optional<String> detail() {
        return Optional.ofNullable(asked.getNow(null))
                .filter(told -> cause().equals(Optional.of(told.cause())))
                .map(Asked::detail)
                .filter(text -> !text.isEmpty());
    }

    /** Completes when it is asked for anything but a soft end. */
    public CompletableFuture<?> asked() {
        return asked;
    }

    /** Completes when it is asked at all. */
    public CompletableFuture<?> any() {
        return CompletableFuture.anyOf(asked, interrupted);
    }

    /** Completes when there is no time for a grace, on the thread that finds out. */
    public CompletableFuture<StopCause> atOnce() {
        return atOnce;
    }
}
