package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Parks;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.Park;

/** Decides which failures are no end but a wait for the reset of a usage limit, and when a task has waited enough. */
final class Parking {

    private static final Set<Reason> LIMITS = EnumSet.of(Reason.USAGE_LIMIT, Reason.RATE_LIMITED);
    /** Spreads those that wait for one reset. */
    private static final long JITTER_MILLIS = 30_000;

    private final ParkRules rules;
    private final InstantSource clock;

    Parking(ParkRules rules, InstantSource clock) {
        this.rules = rules;
        this.clock = clock;
    }

    /** The consequence of a usage limit for a task. */
    sealed interface Answer {

        /** It met none that it could wait for. */
        record NoLimit() implements Answer {}

        /** It waits for the reset. */
        record Wait(Park park) implements Answer {
            public Wait {
                requireNonNull(park, "park");
            }
        }

        /** It waits no more, whatever its retry says. */
        record Enough(Outcome outcome) implements Answer {
            public Enough {
                requireNonNull(outcome, "outcome");
            }
        }
    }

    /** How a task that has waited so often goes on. */
    Answer of(Parks before, Verdict verdict) {
        if (!rules.enabled()
                || !(verdict.outcome() instanceof Outcome.Failed failed)
                || !LIMITS.contains(failed.cause())
                || verdict.resetsAt().filter(clock.instant()::isBefore).isEmpty()) {
            return new Answer.NoLimit();
        }
        Instant reset = verdict.resetsAt().get();
        int inARow = gotFurther(verdict) ? 1 : before.inARow() + 1;
        if (inARow > rules.maxInARow()) {
            return enough(failed, before, "worker.limits.max-parks=" + rules.maxInARow(), reset);
        }
        Instant latest = before.since().orElseGet(clock::instant).plus(rules.maxWait());
        if (reset.isAfter(latest)) {
            return enough(failed, before, "worker.limits.max-wait=" + rules.maxWait(), reset);
        }
        Duration jitter = Duration.ofMillis(ThreadLocalRandom.current().nextLong(JITTER_MILLIS));
        Parked why = new Parked(failed.cause(), failed.why());
        return new Answer.Wait(new Park(why, reset, reset.plus(jitter), verdict.credential(), inARow));
    }

    /** Turns tell nothing: the CLI makes one of the API's refusal. An answer of the model has tokens. */
    private static boolean gotFurther(Verdict verdict) {
        return verdict.result()
                .filter(result -> result.usage().outputTokens() > 0)
                .isPresent();
    }

    private static Answer enough(Outcome.Failed failed, Parks before, String bound, Instant reset) {
        String soFar = before.since()
                .map(since -> "has waited for a reset %s since %s"
                        .formatted(times(before.inARow()), since.truncatedTo(ChronoUnit.SECONDS)))
                .orElse("has not waited yet");
        String message = "not waited for (%s): the limit resets at %s, and the task %s. %s"
                .formatted(bound, reset.truncatedTo(ChronoUnit.SECONDS), soFar, failed.why());
        return new Answer.Enough(new Outcome.Failed(failed.cause(), message, failed.ending()));
    }

    private static String times(int inARow) {
        return inARow == 1 ? "once" : inARow + " times in a row";
    }
}
