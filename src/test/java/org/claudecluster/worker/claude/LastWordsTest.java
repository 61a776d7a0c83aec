package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastWordsTest {

    private static final String EVENT = "{\"type\":\"system\",\"subtype\":\"init\"}\r\n";

    @Test
    void events_between_the_words_are_left_out() {
        assertThat(told("first\r\n" + EVENT + "FATAL: out of handles\r\n" + EVENT + EVENT))
                .isEqualTo("first FATAL: out of handles");
    }

    @Test
    void a_log_line_in_json_is_no_event() {
        assertThat(told(EVENT + "{\"level\":\"fatal\",\"msg\":\"no memory\"}\n"))
                .isEqualTo("{\"level\":\"fatal\",\"msg\":\"no memory\"}");
    }

    @Test
    void words_that_stand_before_an_event_on_its_line_are_a_line_of_their_own() {
        assertThat(told("warn: old {\"type\":\"result\"}\nFATAL\n")).isEqualTo("warn: old FATAL");
        assertThat(told("warn{\"type\":\"result\"}\nFATAL\n")).isEqualTo("warn FATAL");
        assertThat(told("\u001b[?25h{\"type\":\"result\"}\n")).isEmpty();
    }

    @Test
    void a_line_without_its_end_counts_and_goes_on() {
        LastWords words = new LastWords();
        take(words, "hel");
        assertThat(words.text()).isEqualTo("hel");
        take(words, "lo\nworld");
        assertThat(words.text()).isEqualTo("hello world");
    }

    @ParameterizedTest
    @CsvSource({"a\u0000b, a b", "x\u001b[31mred\u001b[0m, xred", "a\u0085b, a b", "x\ufffdy, x y"})
    void nothing_that_can_t_be_printed_is_left(String printed, String shown) {
        assertThat(words(printed, 4096)).isEqualTo(shown);
    }

    @Test
    void of_many_lines_the_end_is_kept() {
        StringBuilder all = new StringBuilder();
        IntStream.range(0, 1000)
                .forEach(number -> all.append("line ").append(number).append('\n'));
        assertThat(words(all.toString(), 1000)).endsWith("line 998 line 999").hasSizeLessThanOrEqualTo(512);
    }

    /** As a report has them. */
    private static String told(String printed) {
        return Recordings.report(printed).told().lastWords();
    }

    private static String words(String printed, int piece) {
        LastWords words = new LastWords();
        byte[] bytes = printed.getBytes(StandardCharsets.UTF_8);
        IntStream.iterate(0, at -> at < bytes.length, at -> at + piece)
                .mapToObj(at -> ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at)))
                .forEach(words::take);
        return words.text();
    }

    private static void take(LastWords words, String text) {
        words.take(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
