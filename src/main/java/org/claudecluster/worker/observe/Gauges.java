package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.claudecluster.worker.lifecycle.QueueGauge;
import org.claudecluster.worker.task.Worker;

/** The meters of how things stand. */
public final class Gauges {

    private Gauges() {}

    /** Registers them; they are read at each scrape. */
    public static void register(
            MeterRegistry registry, Worker worker, QueueGauge queue, Supplier<Number> streamSubscribers) {
        gauge(
                registry,
                "worker.queue.depth",
                "Pending tasks",
                () -> queue.depth().pending());
        Gauge.builder(
                        "worker.queue.oldest.seconds",
                        () -> queue.depth().oldest().toMillis() / 1000.0)
                .baseUnit("seconds")
                .description("For how long the pending task that has waited longest could have run")
                .register(registry);
        gauge(registry, "worker.slots.used", "Slots with a running task", worker::activeTasks);
        gauge(registry, "worker.slots.max", "Slots of this worker", worker::slots);
        gauge(registry, "worker.stream.subscribers", "Open event streams", streamSubscribers);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
