package org.claudecluster.worker.time;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a future that never fails, for a time. */
public final class Waits {

    private Waits() {}

    /** Whether it is there in time. */
    public static boolean isDone(CompletableFuture<?> awaited, Duration limit) throws InterruptedException {
        try {
            awaited.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it is, where that is there in time. */
    public static <T> Optional<T> value(CompletableFuture<T> awaited, Duration limit) throws InterruptedException {
        return isDone(awaited, limit) ? Optional.of(awaited.join()) : Optional.empty();
    }
}
