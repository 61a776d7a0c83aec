package org.claudecluster.worker.api.guard;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One time by which something has to happen, moved at each request. The timer behind it is left alone then and looks for
 * itself when it comes, so that a busy connection makes none.
 */
final class ConnectionDeadline {

    private @Nullable EventExecutor executor;
    private @Nullable Runnable late;
    private @Nullable Future<?> timer;
    private long timerAt;
    private long due;
    private boolean isSet;

    /** Begins; {@code late} runs on the executor, as all calls here do. */
    void start(EventExecutor loop, Runnable whenLate) {
        executor = loop;
        late = whenLate;
    }

    void set(Duration fromNow) {
        set(Optional.of(fromNow));
    }

    /** Moves it; empty: nothing is waited for. */
    void set(Optional<Duration> fromNow) {
        isSet = fromNow.isPresent();
        if (isSet) {
            due = System.nanoTime() + fromNow.get().toNanos();
            if (timer == null || timerAt - due > 0) {
                schedule();
            }
        }
    }

    private void schedule() {
        if (timer != null) {
            timer.cancel(false);
        }
        if (executor != null) {
            timerAt = due;
            timer = executor.schedule(this::look, Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        timer = null;
        if (!isSet) {
            return;
        }
        if (due - System.nanoTime() > 0) {
            schedule();
        } else if (late != null) {
            isSet = false;
            late.run();
        }
    }

    void end() {
        isSet = false;
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
