package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Parks;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.Park;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParkingTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final Instant IN_A_MINUTE = NOW.plusSeconds(60);
    private static final Optional<String> CREDENTIAL = Optional.of("0123456789abcdef");
    private static final ParkRules RULES = new ParkRules(true, 3, Duration.ofDays(8));

    private final Parking parking = new Parking(RULES, InstantSource.fixed(NOW));

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"USAGE_LIMIT", "RATE_LIMITED"})
    void a_limit_that_resets_is_waited_for_and_a_little_longer(Reason reason) {
        Park park = waits(Parks.NONE, failed(reason, IN_A_MINUTE));
        assertThat(park.why()).isEqualTo(new Parked(reason, "as the CLI said"));
        assertThat(park.resetsAt()).isEqualTo(IN_A_MINUTE);
        assertThat(park.notBefore()).isBetween(IN_A_MINUTE, IN_A_MINUTE.plusSeconds(30));
        assertThat(park.credential()).isEqualTo(CREDENTIAL);
        assertThat(park.inARow()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"USAGE_LIMIT", "RATE_LIMITED"},
            mode = EnumSource.Mode.EXCLUDE)
    void nothing_else_is_waited_for(Reason reason) {
        assertThat(parking.of(Parks.NONE, failed(reason, IN_A_MINUTE))).isInstanceOf(Parking.Answer.NoLimit.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void a_reset_that_is_over_is_not_waited_for(Duration away) {
        assertThat(parking.of(Parks.NONE, failed(Reason.USAGE_LIMIT, NOW.plus(away))))
                .isInstanceOf(Parking.Answer.NoLimit.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P8DT0.001S", "P300D"})
    void a_reset_beyond_the_longest_wait_ends_the_task_at_once(Duration away) {
        Outcome outcome = enough(Parks.NONE, failed(Reason.USAGE_LIMIT, NOW.plus(away)));
        assertThat(outcome.reason()).contains(Reason.USAGE_LIMIT);
        assertThat(outcome.message().orElseThrow())
                .contains("worker.limits.max-wait=", "has not waited yet", "as the CLI said");
    }

    @Test
    void the_last_park_of_a_row_is_followed_by_an_end_that_says_how_often_and_since_when() {
        Optional<Instant> since = Optional.of(NOW.minusSeconds(300));
        Verdict limited = failed(Reason.USAGE_LIMIT, IN_A_MINUTE);
        assertThat(waits(new Parks(2, since), limited).inARow()).isEqualTo(3);

        Outcome outcome = enough(new Parks(3, since), limited);

        assertThat(outcome.reason()).contains(Reason.USAGE_LIMIT);
        assertThat(outcome.message().orElseThrow())
                .contains(
                        "worker.limits.max-parks=3", "3 times in a row since 2026-11-25T09:55:00Z", "as the CLI said");
    }

    @Test
    void a_run_that_got_an_answer_begins_the_row_anew_but_not_the_longest_wait() {
        Verdict further = further(IN_A_MINUTE);
        assertThat(waits(new Parks(3, Optional.of(NOW.minusSeconds(300))), further)
                        .inARow())
                .isEqualTo(1);
        assertThat(enough(new Parks(1, Optional.of(NOW.minus(RULES.maxWait()))), further)
                        .message()
                        .orElseThrow())
                .contains("worker.limits.max-wait=", "once since 2026-11-17T10:00:00Z");
    }

    @Test
    void without_a_reset_or_when_switched_off_nothing_waits() {
        Verdict unknown =
                new Verdict(new Outcome.Failed(Reason.RATE_LIMITED, "429", new Ending.Exited(1)), Optional.empty());
        assertThat(parking.of(Parks.NONE, unknown)).isInstanceOf(Parking.Answer.NoLimit.class);
        Parking off = new Parking(new ParkRules(false, 3, Duration.ofDays(8)), InstantSource.fixed(NOW));
        assertThat(off.of(Parks.NONE, failed(Reason.USAGE_LIMIT, IN_A_MINUTE)))
                .isInstanceOf(Parking.Answer.NoLimit.class);
    }

    private Park waits(Parks before, Verdict verdict) {
        return ((Parking.Answer.Wait) parking.of(before, verdict)).park();
    }

    private Outcome enough(Parks before, Verdict verdict) {
        return ((Parking.Answer.Enough) parking.of(before, verdict)).outcome();
    }

    private static Verdict failed(Reason reason, Instant reset) {
        Outcome outcome = new Outcome.Failed(reason, "as the CLI said", new Ending.Exited(1));
        return new Verdict(outcome, Optional.empty(), Optional.of(reset)).ranWith(CREDENTIAL);
    }

    private static Verdict further(Instant reset) {
        Outcome outcome = new Outcome.Failed(Reason.USAGE_LIMIT, "as the CLI said", new Ending.Exited(1));
        TaskResult answer = new TaskResult(
                Optional.of("half"),
                Optional.empty(),
                3,
                BigDecimal.ONE,
                new Usage(1, 7, 0, 0),
                "[]",
                Optional.empty());
        return new Verdict(outcome, Optional.of(answer), Optional.of(reset));
    }
}
