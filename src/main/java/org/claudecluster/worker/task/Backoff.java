package org.claudecluster.worker.task;

import java.time.Duration;

/**
 * How long a task waits before its next attempt: longer after each attempt, up to a limit.
 *
 * @param initial the wait after the first attempt, 1 ms to 1 h
 * @param max the longest wait, at least the initial one, at most 24 h
 * @param factor by how much each wait is longer than the one before, 1 to 10
 */
public record Backoff(Duration initial, Duration max, double factor) {

    public static final Duration MAX_INITIAL = Duration.ofHours(1);
    public static final Duration MAX_WAIT = Duration.ofDays(1);
    public static final double MAX_FACTOR = 10;

    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5), 2);

    public Backoff {
        if (initial.toMillis() < 1 || initial.compareTo(MAX_INITIAL) > 0) {
            throw new IllegalArgumentException("the first wait must be 1 ms to 1 h: " + initial);
        }
        if (max.compareTo(initial) < 0 || max.compareTo(MAX_WAIT) > 0) {
            throw new IllegalArgumentException("the longest wait must be the first one's to 24 h: " + max);
        }
        // Not a number is neither.
        if (!(factor >= 1 && factor <= MAX_FACTOR)) {
            throw new IllegalArgumentException("the factor must be 1 to 10: " + factor);
        }
    }

    /**
     * The wait after so many attempts.
     *
     * @param chance 0 to 1: half of the wait is chance, so that what failed together does not come back together
     */
    public Duration after(int attempts, double chance) {
        double grown = (double) initial.toMillis() * Math.pow(factor, Math.max(0, attempts - 1));
        double whole = Math.min((double) max.toMillis(), grown);
        return Duration.ofMillis(Math.max(1, Math.round(whole * (1 + chance) / 2)));
    }
}
