package org.claudecluster.worker.task.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {

    @ParameterizedTest
    @CsvSource({
        "a\u0000b, a\ufffdb",
        "half \ud83d of it, half \ufffd of it",
        "\ude00\ud83d, \ufffd\ufffd",
        "whole \ud83d\ude00, whole \ud83d\ude00"
    })
    void a_message_is_what_a_store_takes(String told, String kept) {
        assertThat(new Outcome.Failed(Reason.API_ERROR, told, new Ending.Exited(1)).why())
                .isEqualTo(kept);
        assertThat(new Outcome.Completed(new Ending.Exited(0), Optional.empty(), Optional.of(told)).message())
                .contains(kept);
    }

    @ParameterizedTest
    @CsvSource({"1999, 1999", "2000, 2000", "2001, 2000", "100000, 2000"})
    void a_message_is_bounded(int told, int kept) {
        assertThat(new Outcome.Failed(Reason.API_ERROR, "x".repeat(told), new Ending.Exited(1)).why())
                .hasSize(kept);
    }
}
