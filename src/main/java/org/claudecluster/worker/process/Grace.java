package org.claudecluster.worker.process;

import java.time.Duration;

/**
 * How long a leader is given to end by itself.
 *
 * @param interrupt from SIGINT to SIGTERM
 * @param terminate from SIGTERM to SIGKILL
 */
public record Grace(Duration interrupt, Duration terminate) {
    public static final Grace DEFAULT = new Grace(Duration.ofSeconds(3), Duration.ofSeconds(2));

    public Grace {
        if (interrupt.isNegative()) throw new IllegalArgumentException("interrupt must not be negative: " + interrupt);
        if (terminate.isNegative()) throw new IllegalArgumentException("terminate must not be negative: " + terminate);
    }
}
