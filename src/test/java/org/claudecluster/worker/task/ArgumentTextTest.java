package org.claudecluster.worker.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\u00e4", "\u20ac", "\ud83d\ude00", "a\u00e4\u20ac\ud83d\ude00\n"})
    void bytes_are_counted_as_utf_8_has_them(String text) {
        assertThat(ArgumentText.utf8Length(text)).isEqualTo(text.getBytes(UTF_8).length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00e4", "\u20ac", "\ud83d\ude00"})
    void the_bound_is_one_of_bytes(String character) {
        int fit = ArgumentText.MAX_BYTES / character.getBytes(UTF_8).length;
        assertThat(ArgumentText.problem(character.repeat(fit))).isEmpty();
        assertThat(ArgumentText.problem(character.repeat(fit + 1)).orElseThrow())
                .startsWith("must have at most 102400 bytes of UTF-8 (100 KiB), has ");
    }

    @Test
    void the_rules_of_a_list_count_together_with_their_commas() {
        assertThat(ArgumentText.problem(Collections.nCopies(2, "a".repeat(51_199))))
                .isEmpty();
        assertThat(ArgumentText.problem(List.of("a".repeat(51_200), "a".repeat(51_200))))
                .hasValueSatisfying(why -> assertThat(why).contains("has 102401: name fewer or shorter rules"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\ud83d", "\ude00\ud83d"})
    void what_no_argument_can_hold_is_refused(String text) {
        Optional<String> why = Optional.of("must not contain NUL or half a surrogate pair");
        assertThat(ArgumentText.problem(text)).isEqualTo(why);
        assertThat(ArgumentText.problem(List.of("Read", text))).isEqualTo(why);
    }
}
