package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Park;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParkingTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final Optional<String> CREDENTIAL = Optional.of("0123456789abcdef");

    private final Parking parking = new Parking(true, InstantSource.fixed(NOW));

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"USAGE_LIMIT", "RATE_LIMITED"})
    void a_limit_that_resets_is_waited_for_and_a_little_longer(Reason reason) {
        Instant reset = NOW.plusSeconds(60);
        Park park = parking.of(failed(reason, reset)).orElseThrow();
        assertThat(park.why()).isEqualTo(new Parked(reason, "as the CLI said"));
        assertThat(park.resetsAt()).isEqualTo(reset);
        assertThat(park.notBefore()).isBetween(reset, reset.plusSeconds(30));
        assertThat(park.credential()).isEqualTo(CREDENTIAL);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"USAGE_LIMIT", "RATE_LIMITED"},
            mode = EnumSource.Mode.EXCLUDE)
    void nothing_else_is_waited_for(Reason reason) {
        assertThat(parking.of(failed(reason, NOW.plusSeconds(60)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "P8D", "P300D"})
    void a_reset_that_is_over_or_more_than_a_week_away_is_not_waited_for(Duration away) {
        assertThat(parking.of(failed(Reason.USAGE_LIMIT, NOW.plus(away)))).isEmpty();
    }

    @Test
    void without_a_reset_or_when_switched_off_nothing_waits() {
        Verdict unknown =
                new Verdict(new Outcome.Failed(Reason.RATE_LIMITED, "429", new Ending.Exited(1)), Optional.empty());
        assertThat(parking.of(unknown)).isEmpty();
        Parking off = new Parking(false, InstantSource.fixed(NOW));
        assertThat(off.of(failed(Reason.USAGE_LIMIT, NOW.plusSeconds(60)))).isEmpty();
    }

    private static Verdict failed(Reason reason, Instant reset) {
        Outcome outcome = new Outcome.Failed(reason, "as the CLI said", new Ending.Exited(1));
        return new Verdict(outcome, Optional.empty(), Optional.of(reset)).ranWith(CREDENTIAL);
    }
}
