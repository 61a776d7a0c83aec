package org.claudecluster.worker.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.claudecluster.worker.task.result.TaskProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({"0s, 0", "30s, 30000", "30, 30000", "500ms, 500", "2m, 120000", "5m, 300000", "300, 300000"})
    void a_wait_has_a_unit_or_counts_seconds(String text, long millis) {
        assertThat(Durations.wait(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void no_wait_is_zero() {
        assertThat(Durations.wait(null)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "s", "-1s", "1.5s", "301s", "6m", "1h", "30 s", "PT30S", "9999999", "30S", "٣s"})
    void anything_else_is_refused_with_the_bounds(String text) {
        assertThatThrownBy(() -> Durations.wait(text)).isInstanceOfSatisfying(TaskProblem.class, problem -> {
            assertThat(problem.code()).isEqualTo(TaskProblem.Code.INVALID_REQUEST);
            assertThat(problem.errors())
                    .containsExactly(
                            new TaskProblem.FieldError("wait", "must be 0s to 300s, such as 30s, 500ms or 2m"));
        });
    }
}
