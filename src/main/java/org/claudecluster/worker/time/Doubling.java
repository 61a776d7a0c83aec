package org.claudecluster.worker.time;

import java.time.Duration;

/**
 * The pauses between tries: each twice as long as the one before.
 *
 * @param longest none is longer, the first included
 */
public record Doubling(Duration first, Duration longest) {

    /** More would not fit into a number, and no pause is that long. */
    private static final int MOST = 30;

    public Doubling {
        if (!first.isPositive() || !longest.isPositive()) {
            throw new IllegalArgumentException("a pause must be positive: " + first + " to " + longest);
        }
    }

    /** The pause after so many others. */
    public Duration after(int pauses) {
        return bounded(first.multipliedBy(1L << Math.min(pauses, MOST)));
    }

    /** The pause after this one. */
    public Duration after(Duration pause) {
        return bounded(pause.multipliedBy(2));
    }

    private Duration bounded(Duration pause) {
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
