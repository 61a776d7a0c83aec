package org.claudecluster.worker.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeSequencesTest {

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "'\u001b[31mred\u001b[0m', red",
        "'\u001b[?25hshown', shown",
        "'\u001b]0;a title\u0007said', said",
        "'\u001b]8;;http://x\u001b\\link', link",
        "'\u001b[31', '\u001b[31'"
    })
    void sequences_go_and_words_stay(String printed, String words) {
        assertThat(EscapeSequences.removed(printed)).isEqualTo(words);
    }
}
