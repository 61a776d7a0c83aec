package org.claudecluster.worker.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoublingTest {

    private static final Doubling PAUSES = new Doubling(Duration.ofSeconds(5), Duration.ofSeconds(60));

    @ParameterizedTest
    @CsvSource({"0, 5", "1, 10", "3, 40", "4, 60", "1000000, 60"})
    void each_is_twice_as_long_as_the_one_before_up_to_the_longest(int pauses, int seconds) {
        assertThat(PAUSES.after(pauses)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"5, 10", "40, 60", "60, 60"})
    void after_one_comes_the_next(int pause, int seconds) {
        assertThat(PAUSES.after(Duration.ofSeconds(pause))).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void a_longest_that_is_shorter_than_the_first_bounds_that_too() {
        assertThat(new Doubling(Duration.ofSeconds(5), Duration.ofSeconds(1)).after(0))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void none_is_no_time_at_all() {
        assertThatThrownBy(() -> new Doubling(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
