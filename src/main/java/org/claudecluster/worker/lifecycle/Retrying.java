package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.Requeue;

/** Decides which failures are followed by another attempt, and when that begins. */
final class Retrying {

    /** Spreads those that wait for one moment that the API has named. */
    private static final Duration SPREAD = Duration.ofSeconds(30);

    private final Duration maxWait;
    private final InstantSource clock;
    private final DoubleSupplier chance;

    /**
     * Makes one.
     *
     * @param maxWait nobody waits longer for a moment that the API has named
     * @param chance a new number from 0 to 1 each time
     */
    Retrying(Duration maxWait, InstantSource clock, DoubleSupplier chance) {
        this.maxWait = maxWait;
        this.clock = clock;
        this.chance = chance;
    }

    /** How the task goes on; empty when it ends as the verdict says. */
    Optional<Requeue> of(Task task, Verdict verdict) {
        if (!(verdict.outcome() instanceof Outcome.Failed failed)
                || !task.spec().retry().isAfter(failed.cause())
                || task.attempt() >= task.spec().maxAttempts()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        double dice = chance.getAsDouble();
        Instant ours = now.plus(task.spec().retry().backoff().after(task.attempt(), dice));
        // A later moment that the API has named wins.
        Optional<Instant> named = verdict.resetsAt().filter(ours::isBefore);
        if (named.filter(now.plus(maxWait)::isBefore).isPresent()) {
            return Optional.empty();
        }
        Instant notBefore = named.map(reset -> reset.plusMillis(Math.round(SPREAD.toMillis() * dice)))
                .orElse(ours);
        return Optional.of(new Requeue(new Parked(failed.cause(), failed.why()), notBefore));
    }
}
