package org.claudecluster.worker.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlainTextTest {

    static Stream<Arguments> sequences() {
        return Stream.of(
                Arguments.of("plain äöü 😀\ttab\n", "plain äöü 😀\ttab\n"),
                Arguments.of("a\r\nb\r\n", "a\nb\n"),
                Arguments.of("10%\r20%\r\n", "10%\r20%\n"),
                Arguments.of("\u001b[31mred\u001b[0m", "red"),
                Arguments.of("\u001b[?25h\u001b[38;2;1;2;3mx\u001b[2 qy", "xy"),
                Arguments.of("\u001b]0;title\u0007x", "x"),
                Arguments.of("\u001b]8;;https://a.example\u001b\\link\u001b]8;;\u001b\\", "link"),
                Arguments.of("\u001bPq#0\u001b\\x\u001b_app\u001b\\y\u001b^pm\u001b\\z", "xyz"),
                Arguments.of("\u001b(Bx\u001b7y\u001bMz\u001b=", "xyz"),
                Arguments.of("a\u0007b\bc\u0000d\u007fe", "abcde"),
                // Cut off by the next sequence or by CAN: nothing of either is text, and what follows is.
                Arguments.of("\u001b[31\u001b[0mtext", "text"),
                Arguments.of("\u001b\u001b[1mtext", "text"),
                Arguments.of("\u001b]0;never ended\u001b[0mtext", "text"),
                Arguments.of("\u001b[31\u0018text", "text"),
                Arguments.of("\u001b]0;title\u0018text", "text"),
                Arguments.of("\u001b(\u001b[1mtext", "text"),
                // A control character inside a control sequence is obeyed as if it stood before it (ECMA-48, xterm).
                Arguments.of("\u001b[3\n1mtext", "\ntext"));
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void sequences_go_and_text_stays(String printed, String text) throws IOException {
        assertThat(plain(List.of(printed))).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void a_sequence_may_be_split_anywhere(String printed, String text) throws IOException {
        List<String> pieces = printed.codePoints().mapToObj(Character::toString).toList();
        assertThat(plain(pieces)).isEqualTo(text);
    }

    @Test
    void a_program_that_ends_its_lines_itself_leaves_one_carriage_return_at_most() throws IOException {
        assertThat(plain(List.of("a\r\r\nb"))).isEqualTo("a\r\nb");
    }

    private static String plain(List<String> pieces) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PlainText text = new PlainText(out);
        for (String piece : pieces) {
            text.accept(piece.getBytes(UTF_8));
        }
        return out.toString(UTF_8);
    }
}
