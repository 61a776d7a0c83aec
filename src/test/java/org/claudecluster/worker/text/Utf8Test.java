package org.claudecluster.worker.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {

    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "61, 0",
        "61c3, 1",
        "c3a4, 0",
        "61e2, 1",
        "e282, 2",
        "e282ac, 0",
        "f0, 1",
        "f09f, 2",
        "f09f98, 3",
        "f09f9880, 0",
        "80, 0",
        "8080808080, 0",
        "c0, 0",
        "c1, 0",
        "f5, 0",
        "ff, 0",
        "e2ff, 0",
        "e241, 0",
        "c3a480, 0",
        "edf0, 1"
    })
    void only_the_beginning_of_a_character_is_held_back(String hex, int held) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Utf8.incomplete(bytes, bytes.length)).isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource({"e080, 0", "eda0, 0", "f080, 0", "f490, 0", "e0, 1", "e0a0, 2", "ed9f, 2", "f090, 2", "f48f, 2"})
    void what_can_no_longer_become_a_character_is_let_go(String hex, int held) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Utf8.incomplete(bytes, bytes.length)).isEqualTo(held);
    }
}
