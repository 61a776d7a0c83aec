package org.claudecluster.worker.task.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorableTest {

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "plain, plain",
        "a\u0000b\u0000c, a\ufffdb\ufffdc",
        "\ud83d\ude80, \ud83d\ude80",
        "\ud83d, \ufffd",
        "\ude80, \ufffd",
        "\ude80\ud83d, \ufffd\ufffd",
        "\ud83d\ud83d\ude80\ude80, \ufffd\ud83d\ude80\ufffd",
        "\ufffe\u2028, \ufffe\u2028"
    })
    void half_a_pair_and_nul_become_the_replacement_character(String text, String fit) {
        assertThat(Storable.text(text)).isEqualTo(fit);
    }

    @Test
    void text_that_fits_is_the_same() {
        String text = "so 🦀 it is";
        assertThat(Storable.text(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                       | true
            "[[[[\\"[[[["            | true
            {"a":"\\\\","b":[[]]}    | true
            """)
    void brackets_in_strings_are_no_depth(String json, boolean shallow) {
        assertThat(Storable.isShallow(json)).isEqualTo(shallow);
    }

    @Test
    void what_is_too_deep_for_readers_is_not_kept() {
        String deepest = "[".repeat(Storable.MAX_DEPTH) + "]".repeat(Storable.MAX_DEPTH);
        assertThat(result(deepest).permissionDenials()).isEqualTo(deepest);
        assertThat(result(deepest).structuredOutput()).contains(deepest);
        assertThat(result("[" + deepest + "]").permissionDenials()).isEqualTo("[]");
        assertThat(result("[" + deepest + "]").structuredOutput()).isEmpty();
    }

    private static TaskResult result(String json) {
        return new TaskResult(
                Optional.empty(), Optional.empty(), 1, BigDecimal.ONE, Usage.NONE, json, Optional.of(json));
    }
}
