package org.claudecluster.worker.exec;

import java.time.Duration;

/** A task's wall clock, on the monotonic clock: nothing shown to anybody, so no time of day. */
public final class Deadline {

    private final long end;

    public Deadline(Duration timeout) {
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /** Never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }
}
