package org.claudecluster.worker.transcript;

import java.time.Duration;
import org.claudecluster.worker.time.Doubling;

/** When a log that was away is tried again: after 100 ms, then twice as long each time, up to 2 s. */
final class Retry {

    private static final Doubling PAUSES = new Doubling(Duration.ofMillis(100), Duration.ofSeconds(2));

    private record Wait(Duration pause, long until) {
        boolean isNone() {
            return pause.isZero();
        }
    }

    private static final Wait NONE = new Wait(Duration.ZERO, 0);

    private volatile Wait wait = NONE;

    void failed() {
        Duration pause = wait.isNone() ? PAUSES.first() : PAUSES.after(wait.pause());
        wait = new Wait(pause, System.nanoTime() + pause.toNanos());
    }

    void succeeded() {
        wait = NONE;
    }

    boolean isDue() {
        Wait now = wait;
        return now.isNone() || System.nanoTime() - now.until() >= 0;
    }

    /** Waits for that moment; false when the thread was interrupted. */
    boolean pause() {
        Wait now = wait;
        if (now.isNone()) {
            return true;
        }
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, now.until() - System.nanoTime())));
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
