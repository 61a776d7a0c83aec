package org.claudecluster.worker.transcript;

import java.time.Duration;

/** When a log that was away is tried again: after 100 ms, then twice as long each time, up to 2 s. */
final class Retry {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private record Wait(Duration pause, long until) {
        boolean isNone() {
            return pause.isZero();
        }
    }

    private static final Wait NONE = new Wait(Duration.ZERO, 0);

    private volatile Wait wait = NONE;

    void failed() {
        Duration pause = wait.isNone() ? FIRST : wait.pause().multipliedBy(2);
        Duration bounded = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
        wait = new Wait(bounded, System.nanoTime() + bounded.toNanos());
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
