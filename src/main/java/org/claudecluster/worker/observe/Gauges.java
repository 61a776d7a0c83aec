package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.function.Supplier;
import org.claudecluster.worker.lifecycle.QueueGauge;
import org.claudecluster.worker.task.Worker;

/** The meters of how things stand. */
@Singleton
public final class Gauges {

    private final MeterRegistry registry;
    private final Worker worker;
    private final QueueGauge queue;

    Gauges(MeterRegistry registry, Worker worker, QueueGauge queue) {
        this.registry = registry;
        this.worker = worker;
        this.queue = queue;
    }

    /** Registers them; they are read at each scrape. */
    public void register(Supplier<Number> streamSubscribers) {
        gauge("worker.queue.depth", "Pending tasks", () -> queue.depth().pending());
        Gauge.builder(
                        "worker.queue.oldest.seconds",
                        () -> queue.depth().oldest().toMillis() / 1000.0)
                .baseUnit("seconds")
                .description("For how long the pending task that has waited longest could have run")
                .register(registry);
        gauge("worker.slots.used", "Slots with a running task", worker::activeTasks);
        gauge("worker.slots.max", "Slots of this worker", worker::slots);
        gauge("worker.stream.subscribers", "Open event streams", streamSubscribers);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
