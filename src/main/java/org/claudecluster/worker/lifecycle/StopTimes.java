package org.claudecluster.worker.lifecycle;

import java.time.Duration;

/**
 * How a worker lets go.
 *
 * @param drain how long running tasks may finish by themselves
 * @param patience how long it may take then to end the rest and to write what became of it
 */
public record StopTimes(Duration drain, Duration patience) {

    public StopTimes {
        if (drain.isNegative() || patience.isNegative()) {
            throw new IllegalArgumentException("drain and patience can't be negative");
        }
    }
}
