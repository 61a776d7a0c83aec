package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;

/** The meters of what callers are told by. */
@ApplicationScoped
public class AccessMeters {

    private final MeterRegistry registry;

    AccessMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers them. */
    public void follow(BooleanSupplier isFileValid) {
        Gauge.builder("worker.access.file.valid", () -> isFileValid.getAsBoolean() ? 1 : 0)
                .description("1 while the file of keys is sound or there is none, 0 while the keys before it stay")
                .register(registry);
    }
}
