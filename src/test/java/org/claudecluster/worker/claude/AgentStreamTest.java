package org.claudecluster.worker.claude;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentStreamTest {

    private static final String LINE = "{\"type\":\"system\",\"subtype\":\"init\"}";

    @ParameterizedTest
    @ValueSource(strings = {"plain", "plain-pty", "two-turns", "slow-partial", "sigint-bash-pty", "limit-oauth", "big"})
    void however_the_bytes_are_cut_the_same_events_come_out(String recording) {
        byte[] printed = Recordings.bytes(recording);
        List<String> whole = texts(Recordings.events(printed, _ -> Integer.MAX_VALUE));
        Random random = new Random(recording.hashCode());
        assertThat(whole).hasSize((int) new String(printed, UTF_8)
                .lines()
                .filter(line -> line.startsWith("{"))
                .count());
        assertThat(texts(Recordings.events(printed, _ -> 1))).isEqualTo(whole);
        assertThat(texts(Recordings.events(printed, _ -> random.nextInt(1, 5000))))
                .isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "denied", "plain-partial"})
    void a_terminal_s_line_ends_change_nothing(String recording) {
        String printed = new String(Recordings.bytes(recording), UTF_8);
        assertThat(texts(Recordings.events(printed.replace("\n", "\r\n"))))
                .isEqualTo(texts(Recordings.events(printed)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u001b[?25h\u001b[?1006l\u001b]0;\u0007", "   ", "\u0000", "some words, then ", "\ufeff", "\r\r"
            })
    void bytes_glued_before_the_first_brace_are_dropped(String glued) {
        assertThat(texts(Recordings.events(glued + LINE + "\r\n"))).containsExactly(LINE);
    }

    @Test
    void a_last_line_without_its_end_counts() {
        assertThat(texts(Recordings.events(LINE + "\n" + LINE))).containsExactly(LINE, LINE);
    }

    @Test
    void a_last_line_that_was_cut_off_does_not_count() {
        assertThat(texts(Recordings.events(LINE + "\n{\"type\":\"resu"))).containsExactly(LINE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}",
                "{\"}",
                "{\"a\":1}",
                "{\"type\":5}",
                "{\"type\":\"x\"",
                "{\"type\":\"x\",}",
                "[{\"type\":\"x\"}]x",
                "{{\"type\":\"x\"}}",
                "{\"type\":\"x\"} {\"type\":\"y\"}",
                "{\"type\":\"x\"}}",
                "}{"
            })
    void what_is_no_object_with_a_type_is_no_event(String line) {
        assertThat(Recordings.events(line + "\n" + LINE + "\n"))
                .extracting(AgentEvent::type)
                .containsExactly("system");
    }

    @Test
    void a_flood_of_braces_is_no_event_and_harms_none() {
        String flood = "{".repeat(3_000_000) + "\n" + "{\n".repeat(100_000) + "{\"a\":".repeat(5_000) + "1}\n";
        assertThat(texts(Recordings.events(flood + LINE + "\n"))).containsExactly(LINE);
    }

    @Test
    void bytes_that_are_no_utf_8_make_no_event() {
        byte[] printed = (LINE + "\n{\"type\":\"?\"}\n" + LINE).getBytes(UTF_8);
        printed[LINE.length() + 1 + "{\"type\":\"".length()] = (byte) 0xff;
        assertThat(texts(Recordings.events(printed, _ -> 7))).containsExactly(LINE, LINE);
    }

    @Test
    void a_line_longer_than_the_bound_is_skipped_and_the_next_one_is_read() {
        List<AgentEvent> events = new ArrayList<>();
        AgentStream stream = new AgentStream(events::add);
        byte[] chunk = "x".repeat(1 << 20).getBytes(UTF_8);
        stream.accept(ByteBuffer.wrap("{\"type\":\"".getBytes(UTF_8)));
        for (int sent = 0; sent <= AgentStream.MAX_LINE; sent += chunk.length) {
            stream.accept(ByteBuffer.wrap(chunk));
        }
        stream.accept(ByteBuffer.wrap(("\"}\n" + LINE + "\n").getBytes(UTF_8)));
        assertThat(texts(events)).containsExactly(LINE);
    }

    @Test
    void a_line_of_a_megabyte_is_an_event() {
        String line = "{\"type\":\"user\",\"text\":\"" + "y".repeat(1 << 20) + "\"}";
        assertThat(texts(Recordings.events((line + "\n").getBytes(UTF_8), _ -> 4096)))
                .containsExactly(line);
    }

    @Test
    void an_event_is_one_line_whatever_white_space_the_program_printed() {
        List<AgentEvent> events = Recordings.events("{\"type\":\"x\",\r\"a\":1}\r\r\n");
        assertThat(texts(events)).containsExactly("{\"type\":\"x\", \"a\":1}");
    }

    @Test
    void the_caller_s_buffer_is_left_as_it_was() {
        ByteBuffer bytes = ByteBuffer.wrap(("xx" + LINE + "\nyy").getBytes(UTF_8), 2, LINE.length() + 1);
        List<AgentEvent> events = new ArrayList<>();
        new AgentStream(events::add).accept(bytes);
        assertThat(bytes.position()).isEqualTo(2);
        assertThat(texts(events)).containsExactly(LINE);
    }

    private static List<String> texts(List<AgentEvent> events) {
        return events.stream().map(event -> new String(event.json(), UTF_8)).toList();
    }
}
