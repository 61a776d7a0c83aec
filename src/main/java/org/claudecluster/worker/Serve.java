package org.claudecluster.worker;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claudecluster.worker.api.Streaming;
import org.claudecluster.worker.lifecycle.Lifecycle;

/**
 * The application from its start to its end: the first signal drains it, with HTTP up all the while, and then ends it;
 * a second one hurries the drain.
 */
public final class Serve implements QuarkusApplication {

    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Duration STREAMS_END = Duration.ofSeconds(3);

    private final Lifecycle lifecycle;
    private final Streaming streaming;
    private final AtomicBoolean asked = new AtomicBoolean();

    Serve(Lifecycle lifecycle, Streaming streaming) {
        this.streaming = streaming;
        this.lifecycle = lifecycle;
    }

    @Override
    public int run(String... args) {
        StopSignals.handle(this::stop);
        Quarkus.waitForExit();
        return 0;
    }

    private void stop() {
        if (asked.getAndSet(true)) {
            lifecycle.hurry();
            return;
        }
        Thread.ofPlatform().name("drain").start(() -> {
            try {
                lifecycle.drain();
                // After the tasks, so that viewers of what has ended here see how.
                boolean _ = streaming.drain(COME_BACK, STREAMS_END);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                Quarkus.asyncExit(0);
            }
        });
    }
}
