package org.claudecluster.worker.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    private static final JsonMapper JACKSON = new JsonMapper();

    static IntStream everyOffset() {
        return IntStream.range(0, 8);
    }

    @ParameterizedTest
    @MethodSource("everyOffset")
    void every_ascii_byte_survives_wherever_it_stands(int offset) throws IOException {
        for (int b = 0; b < 0x80; b++) {
            byte[] text = "abcdefghijklmnopqrstuvwx".getBytes(UTF_8);
            text[8 + offset] = (byte) b;
            assertThat(parsed(text)).isEqualTo(new String(text, UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("everyOffset")
    void every_byte_that_is_no_character_becomes_one_replacement(int offset) throws IOException {
        for (int b = 0x80; b <= 0xff; b++) {
            byte[] text = "abcdefghijklmnopqrstuvwx".getBytes(UTF_8);
            text[8 + offset] = (byte) b;
            assertThat(parsed(text)).hasSize(24).isEqualTo(new String(text, UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void random_valid_text_comes_back_as_it_was(long seed) throws IOException {
        String text = new Random(seed)
                .ints(20_000, 0, Character.MAX_CODE_POINT + 1)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .map(point -> point % 3 == 0 ? point % 0x80 : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertThat(parsed(text.getBytes(UTF_8))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void random_bytes_become_valid_utf_8_and_valid_json(long seed) throws IOException {
        byte[] bytes = new byte[50_000];
        new Random(seed).nextBytes(bytes);
        String parsed = parsed(bytes);
        assertThat(ascii(parsed)).isEqualTo(ascii(new String(bytes, UTF_8)));
        assertThat(parsed).contains("\ufffd");
    }

    @ParameterizedTest
    @CsvSource({
        "c3a4, ä",
        "e282ac, €",
        "f09f9880, 😀",
        "efbfbd, �",
        "c080, ��",
        "eda080, ���",
        "f4908080, ����",
        "e28241, ��A",
        "f09f98, ���",
        "c3, �",
        "41c3a4c3, Aä�"
    })
    void bytes_are_judged_as_rfc_3629_says(String hex, String text) throws IOException {
        assertThat(parsed(HexFormat.of().parseHex(hex))).isEqualTo(text);
    }

    @Test
    void what_json_must_escape_is_escaped_and_nothing_else() {
        assertThat(escaped("a\"b\\c\n\r\t\u001b[0m\u007f/äé\u2028".getBytes(UTF_8)))
                .isEqualTo("a\\\"b\\\\c\\n\\r\\t\\u001b[0m\u007f/äé\u2028");
        assertThat(escaped(new byte[0])).isEmpty();
    }

    private static String escaped(byte[] text) {
        ByteSink sink = new ByteSink(0);
        JsonText.escape(text, sink);
        return strictlyDecoded(sink.toBytes());
    }

    private static String parsed(byte[] text) throws IOException {
        return JACKSON.readValue("\"" + escaped(text) + "\"", String.class);
    }

    private static String strictlyDecoded(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("no UTF-8: " + Arrays.toString(bytes), e);
        }
    }

    private static String ascii(String text) {
        return text.replaceAll("[^\\x00-\\x7f]", "");
    }
}
