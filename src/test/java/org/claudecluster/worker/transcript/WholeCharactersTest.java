package org.claudecluster.worker.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WholeCharactersTest {

    private final WholeCharacters characters = new WholeCharacters();

    @Test
    void what_is_whole_is_passed_on_without_a_copy() {
        byte[] text = bytes("hé");

        assertThat(characters.add(text)).isSameAs(text);
        assertThat(characters.rest()).isEmpty();
    }

    @Test
    void the_start_of_a_character_waits_for_its_rest() {
        byte[] euro = bytes("€");

        assertThat(characters.add(new byte[] {'a', euro[0]})).isEqualTo(bytes("a"));
        assertThat(characters.add(new byte[] {euro[1]})).isEmpty();
        assertThat(characters.add(new byte[] {euro[2], 'b'})).isEqualTo(bytes("€b"));
    }

    @Test
    void what_never_becomes_whole_is_given_out_once() {
        byte[] euro = bytes("€");
        characters.add(new byte[] {euro[0], euro[1]});

        assertThat(characters.rest()).containsExactly(euro[0], euro[1]);
        assertThat(characters.rest()).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
