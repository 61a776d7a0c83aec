package org.claudecluster.worker;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claudecluster.worker.lifecycle.Lifecycle;

/**
 * The application from its start to its end: the first signal drains it, with HTTP up all the while, and then ends it;
 * a second one hurries the drain.
 */
public final class Serve implements QuarkusApplication {

    private final Lifecycle lifecycle;
    private final AtomicBoolean asked = new AtomicBoolean();

    Serve(Lifecycle lifecycle) {
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
            } finally {
                Quarkus.asyncExit(0);
            }
        });
    }
}
