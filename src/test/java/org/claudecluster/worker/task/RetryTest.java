package org.claudecluster.worker.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.claudecluster.worker.task.result.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetryTest {

    @Test
    void by_default_only_a_lost_worker_is_made_up_for() {
        assertThat(Retry.DEFAULT.on()).containsExactly(Reason.WORKER_LOST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {
                "LINGERING",
                "CLI_NOT_FOUND",
                "CLI_NOT_EXECUTABLE",
                "REFUSED",
                "MAX_TURNS",
                "BUDGET_EXCEEDED",
                "PERMISSION_BLOCKED",
                "OUTPUT_LIMIT",
                "PROCESS_LIMIT",
                "INTERRUPTED",
                "CANCELLED"
            })
    void after_a_wish_a_bound_of_the_caller_s_or_what_would_come_again_nothing_is_tried_again(Reason reason) {
        assertThat(Retry.choices()).doesNotContain(reason.wire());
        assertThatThrownBy(() -> new Retry(Set.of(reason), Backoff.DEFAULT)).hasMessageContaining(reason.wire());
    }

    @Test
    void reasons_that_pass_can_be_named() {
        assertThat(Retry.choices())
                .contains("worker_lost", "overloaded", "rate_limited", "api_error", "no_output", "incomplete")
                .hasSize(19);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # attempts, chance, wait in ms
            1,          1,      1000
            1,          0,      500
            2,          1,      3000
            3,          1,      9000
            4,          1,      20000
            10,         0.5,    15000
            """)
    void each_wait_is_longer_up_to_the_longest_and_half_of_it_is_chance(int attempts, double chance, long millis) {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(20), 3);
        assertThat(backoff.after(attempts, chance)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1000, 2",
        "3600001, 86400000, 2",
        "2, 1, 2",
        "1, 86400001, 2",
        "1, 1, 0.99",
        "1, 1, 10.01",
        "1, 1, NaN"
    })
    void a_backoff_out_of_range_can_t_be_made(long initial, long max, double factor) {
        assertThatThrownBy(() -> new Backoff(Duration.ofMillis(initial), Duration.ofMillis(max), factor))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
