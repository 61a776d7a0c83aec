package org.claudecluster.worker.api.guard;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Bounds the cost of a connection.
 *
 * @param most connections at once; a few more are taken to be refused, or to ask for the worker's health
 * @param head how long a request's line and headers may take, from their first byte
 * @param body how long its body may take
 * @param idle how long a connection may stay without a request
 * @param write how long a client may take nothing of its answer; event streams have a bound of their own
 */
public record ConnectionRules(int most, Duration head, Duration body, Duration idle, Duration write) {

    /** Beyond {@link #most}, so that a refusal can be read and a probe is answered. */
    static final int SPARE = 256;

    public ConnectionRules {
        requireNonNull(head, "head");
        if (most < 1) {
            throw new IllegalArgumentException("most must be positive: " + most);
        }
        for (Duration time : new Duration[] {head, body, idle, write}) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a time must be more than 0: " + time);
            }
        }
    }
}
