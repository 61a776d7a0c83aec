package org.claudecluster.worker.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeOptionsTest {

    /** Written out, the long ones have a billion digits. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0e-999999999",
                "0e999999999",
                "-1",
                "1e999999999",
                "-1e999999999",
                "1e-999999999",
                "1e2147483647",
                "1e-2147483647",
                "0.0000009",
                "1000000.01",
                "1.000000000000000000001"
            })
    void a_budget_has_two_ends_and_a_scale(String budget) {
        assertThatThrownBy(() -> of(Optional.of(new BigDecimal(budget)), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBudgetUsd must be 0.000001 to 1000000, with at most 20 digits behind the point");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.000001", "1e-6", "1000000", "1e6", "0.30000000000000004", "2.50"})
    void whatever_a_program_has_reckoned_is_within(String budget) {
        assertThat(of(Optional.of(new BigDecimal(budget)), List.of())
                        .maxBudgetUsd()
                        .orElseThrow()
                        .toPlainString())
                .hasSizeLessThan(30);
    }

    @Test
    void rules_are_bounded_one_by_one_in_number_and_together() {
        assertThat(of(Optional.empty(), Collections.nCopies(200, "r".repeat(500)))
                        .allowedTools())
                .hasSize(200);
        assertThatThrownBy(() -> of(Optional.empty(), Collections.nCopies(201, "r")))
                .hasMessage("allowedTools must be at most 200 rules");
        assertThatThrownBy(() -> of(Optional.empty(), List.of("r".repeat(501))))
                .hasMessage("allowedTools must have rules of 1 to 500 characters");
        assertThatThrownBy(() -> of(Optional.empty(), Collections.nCopies(200, "\u20ac".repeat(490))))
                .hasMessageStartingWith("allowedTools must have at most 102400 bytes");
    }

    private static ClaudeOptions of(Optional<BigDecimal> budget, List<String> rules) {
        return new ClaudeOptions(
                Optional.empty(),
                Optional.empty(),
                budget,
                Optional.empty(),
                rules,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                SettingSource.DEFAULT,
                Optional.empty());
    }
}
