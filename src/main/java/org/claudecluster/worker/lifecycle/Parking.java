package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Park;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Reason;

/** Decides which failures are no end but a wait for the reset of a usage limit. */
final class Parking {

    private static final Set<Reason> LIMITS = EnumSet.of(Reason.USAGE_LIMIT, Reason.RATE_LIMITED);
    /** A week is the longest window known; a reset further away is a mistake, and nobody waits for it. */
    private static final Duration LONGEST = Duration.ofDays(8);
    /** Spreads those that wait for one reset. */
    private static final long JITTER_MILLIS = 30_000;

    private final boolean enabled;
    private final InstantSource clock;

    Parking(boolean enabled, InstantSource clock) {
        this.enabled = enabled;
        this.clock = clock;
    }

    /** How to park; empty when it is to end as the verdict says. */
    Optional<Park> of(Verdict verdict) {
        if (!enabled || !(verdict.outcome() instanceof Outcome.Failed failed) || !LIMITS.contains(failed.cause())) {
            return Optional.empty();
        }
        return verdict.resetsAt().filter(this::isWorthTheWait).map(reset -> {
            Duration jitter = Duration.ofMillis(ThreadLocalRandom.current().nextLong(JITTER_MILLIS));
            return new Park(new Parked(failed.cause(), failed.why()), reset, reset.plus(jitter), verdict.credential());
        });
    }

    private boolean isWorthTheWait(Instant reset) {
        Instant now = clock.instant();
        return reset.isAfter(now) && reset.isBefore(now.plus(LONGEST));
    }
}
