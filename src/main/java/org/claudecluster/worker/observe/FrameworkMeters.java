package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import jakarta.inject.Singleton;
import java.util.Set;

/** Puts the framework's own meters into the form that Prometheus asks for ({@code promtool check metrics}). */
@Singleton
public final class FrameworkMeters implements MeterFilter {

    /**
     * Their names end as those of other kinds do, or in a unit that is cut short. The share of the processor that is
     * used is told by {@code process_cpu_usage} and {@code system_cpu_usage}.
     */
    private static final Set<String> MISNAMED = Set.of("process.cpu.time", "system.cpu.count");

    @Override
    public MeterFilterReply accept(Meter.Id id) {
        return MISNAMED.contains(id.getName()) ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        if (id.getDescription() != null) {
            return id;
        }
        return new Meter.Id(
                id.getName(),
                Tags.of(id.getTags()),
                id.getBaseUnit(),
                "Of the framework, which does not say more",
                id.getType());
    }
}
