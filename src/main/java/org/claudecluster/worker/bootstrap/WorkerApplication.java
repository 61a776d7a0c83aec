package org.claudecluster.worker.bootstrap;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claudecluster.worker.lifecycle.Lifecycle;
import org.claudecluster.worker.service.Streaming;
import org.jboss.logging.Logger;

/**
 * The application from its start to its end: the first signal drains it, with HTTP up all the while, and then ends it;
 * a second one hurries the drain.
 */
public final class WorkerApplication implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger(WorkerApplication.class);
    /** What viewers are told: somebody else is there by then, or the next process. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** For viewers to take what is left; who reads more slowly resumes elsewhere. */
    private static final Duration LAST_EVENTS = Duration.ofSeconds(2);

    private final Lifecycle lifecycle;
    private final Streaming streaming;
    private final AtomicBoolean asked = new AtomicBoolean();

    WorkerApplication(Lifecycle lifecycle, Streaming streaming) {
        this.lifecycle = lifecycle;
        this.streaming = streaming;
    }

    @Override
    public int run(String... args) {
        // In dev mode a signal ends the JVM, since the end of the application would only wait for its next start.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            ShutdownSignals.handle(this::stop);
        }
        Quarkus.waitForExit();
        return 0;
    }

    private void stop() {
        if (asked.getAndSet(true)) {
            lifecycle.hurry();
            return;
        }
        Thread.ofPlatform().name("drain").start(this::drain);
    }

    private void drain() {
        try {
            lifecycle.drain();
            if (!streaming.drain(RETRY_AFTER, LAST_EVENTS)) {
                LOG.warnf("streams that did not end are cut: %d", streaming.open());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            Quarkus.asyncExit(0);
        }
    }
}
