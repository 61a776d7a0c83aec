package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.claudecluster.worker.credential.CredentialState;
import org.claudecluster.worker.credential.CredentialStatus;
import org.claudecluster.worker.credential.Credentials;

/** The meters of the credential that new tasks get. */
@Singleton
public final class AuthMeters {

    private final MultiGauge expiresIn;
    private final InstantSource clock;

    @Inject
    AuthMeters(MeterRegistry registry, Credentials credentials, InstantSource clock) {
        this(registry, credentials::status, clock);
    }

    /** Registers them. */
    AuthMeters(MeterRegistry registry, Supplier<CredentialStatus> status, InstantSource clock) {
        this.clock = clock;
        Gauge.builder("worker.auth.valid", () -> status.get().state().isUsable() ? 1 : 0)
                .description("1 while tasks can be started with the credential, 0 while they wait for another")
                .register(registry);
        paused(registry, "auth_failed", () -> status.get().state() == CredentialState.REFUSED);
        paused(registry, "billing", () -> status.get().state() == CredentialState.UNPAID);
        this.expiresIn = MultiGauge.builder("worker.auth.expires.in.seconds")
                .baseUnit("seconds")
                .description("Until the credential ends; not there while no end is known")
                .register(registry);
    }

    private static void paused(MeterRegistry registry, String reason, BooleanSupplier isPaused) {
        Gauge.builder("worker.auth.paused", () -> isPaused.getAsBoolean() ? 1 : 0)
                .description("1 while claims pause until a try shows that the credential works again")
                .tag("reason", reason)
                .register(registry);
    }

    /** Follows how things stand: an end that is not known has no meter. */
    public void update(CredentialStatus status) {
        Optional<MultiGauge.Row<?>> row = status.expiresAt()
                .map(end -> MultiGauge.Row.of(
                        Tags.of("renewable", String.valueOf(status.renewable())), () -> secondsUntil(end)));
        expiresIn.register(row.map(List::<MultiGauge.Row<?>>of).orElseGet(List::of), true);
    }

    private double secondsUntil(Instant end) {
        return Duration.between(clock.instant(), end).toMillis() / 1000.0;
    }
}
