package org.claudecluster.worker.claude;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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
                "{\"type\":5,\"x\":{\"type\":\"y\"}}",
                "{\"type\":null}",
                "{\"type\":\"x\"",
                "{\"type\":\"x\",}",
                "{\"type\":\"x\",\"n\":01}",
                "{\"type\":\"x\",\"n\":1.}",
                "{\"type\":\"x\" \"y\":1}",
                "{\"type\":\"x\ty\"}",
                "{\"type\":\"\\q\"}",
                "{\"type\":\"\\u00g0\"}",
                "{\"type\":\"x\",\"a\":trve}",
                "{\"type\":\"x\",\"a\":[1,]}",
                "{\"type\":\"x\",\"a\":[1}]",
                "{'type':'x'}",
                "{type:\"x\"}",
                "}{"
            })
    void what_is_no_object_with_a_type_is_no_event(String line) {
        assertThat(Recordings.events(line + "\n" + LINE + "\n"))
                .extracting(AgentEvent::type)
                .containsExactly("system");
    }

    /** What a tool was told is the model's to choose; it must not pass for the CLI's own words. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"assistant\",\"input\":{\"type\":\"result\"},\"usage\":{\"n\":1",
                "{\"type\":\"assistant\",\"input\":{\"type\":\"result\"}, warn: {\"n\":1}",
                "{\"type\":\"assistant\",\"input\":[{\"type\":\"result\"}],!",
                "{\"level\":\"warn\",\"input\":{\"type\":\"result\"}}",
                "{\"type\":\"assistant\",\"input\":{\"type\":\"result\"},\"text\":\"hel",
                "{\"a\":\"{\\\"type\\\":\\\"result\\\"}\""
            })
    void what_is_inside_of_a_damaged_object_is_no_event(String line) {
        assertThat(texts(Recordings.events(line + "\n" + LINE + "\n"))).containsExactly(LINE);
        assertThat(texts(Recordings.events(LINE + "\n" + line))).containsExactly(LINE);
    }

    @Test
    void what_was_cut_off_inside_of_an_object_is_no_event() {
        String cut = "{\"type\":\"assistant\",\"input\":{\"type\":\"result\"}";
        assertThat(texts(Recordings.events(LINE + "\n" + cut))).containsExactly(LINE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\u001b[?25h\u001b[?1006l\u001b]0;\u0007",
                "some words, then ",
                "warn: \"quoted\" ",
                "{",
                "{{",
                "{{{{{{{{",
                "{ ",
                "{\"",
                "}",
                "[",
                "{not json ",
                "{}",
                "{\"level\":\"warn\"}",
                "{\"level\":\"warn\",\"at\":[{\"type\":\"x\"}]} ",
                "{\"level\":\"warn\"",
                "{\"level\":\"warn\",",
                "{\"level\":",
                "{\"level\":[",
                "{\"level\":[1,",
                "{\"level\":[{\"a\":",
                "{\"lev",
                "{\"level\":\"wa",
                "{\"level\":\"wa\\",
                "{\"level\":\"wa\\u00",
                "{\"level\":tru",
                "{\"level\":1",
                "{\"level\":\"{ ",
                "\u00ff",
                "\ufeff",
                "\r\r",
                "\u0000"
            })
    void an_event_is_found_behind_and_before_other_text(String other) {
        assertThat(texts(Recordings.events(other + LINE + "\n"))).as("behind").containsExactly(LINE);
        assertThat(texts(Recordings.events(other + LINE + "\u001b[?25h\r\n")))
                .as("between")
                .containsExactly(LINE);
        assertThat(texts(Recordings.events(LINE + other + "\n"))).as("before").containsExactly(LINE);
        assertThat(texts(Recordings.events(LINE + other))).as("last").containsExactly(LINE);
        assertThat(texts(Recordings.events(other + LINE + other + LINE + other + LINE + "\n")))
                .as("more than one")
                .containsExactly(LINE, LINE, LINE);
    }

    @Test
    void each_byte_is_told_once_as_part_of_an_event_or_as_text() {
        StringBuilder text = new StringBuilder();
        StringBuilder all = new StringBuilder();
        AgentStream stream = new AgentStream(event -> all.append(new String(event.json(), UTF_8)), bytes -> {
            String told = UTF_8.decode(bytes).toString();
            text.append(told);
            all.append(told);
        });
        String printed = "one {x} " + LINE + " two {\"level\":1}" + LINE + "\r\nthree\n{four";
        stream.accept(ByteBuffer.wrap(printed.getBytes(UTF_8)));
        stream.finish();
        assertThat(all).hasToString(printed.replace("}\r\n", "}"));
        assertThat(text).hasToString("one {x}  two {\"level\":1}three\n{four");
    }

    /** Over in a moment, where one more pass for each brace would take an hour. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{ ",
                "{\"",
                "{\"a",
                "{\"a\":",
                "{\"a\":[",
                "{\"a\":[{\"b\":1},",
                "{\"a\":1}",
                "{\"a\":1},",
                "{\"type\":5}",
                "{\"type\":\"x\",",
                "{\"a\":\"{\",",
                "{\"{ \"x",
                "[",
                "[1,",
                "\\\"{"
            })
    @Timeout(60)
    void whatever_a_line_repeats_it_is_read_in_linear_time(String piece) {
        String flood = piece.repeat(4_000_000 / piece.length());
        byte[] printed = (flood + "\n" + LINE + "\n" + "{\"x\":" + flood + "\n" + LINE).getBytes(UTF_8);
        assertThat(texts(Recordings.events(printed, _ -> 64 * 1024))).containsExactly(LINE, LINE);
    }

    @Test
    void an_event_behind_a_flood_is_found() {
        assertThat(texts(Recordings.events("{\"a\":[".repeat(1_000_000) + "x" + LINE + "\n")))
                .containsExactly(LINE);
    }

    /** The text between holds no beginning that only the event behind it could make whole. */
    @RepeatedTest(20)
    void events_between_any_text_are_all_found_however_they_are_cut(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        List<String> printed = IntStream.range(0, 2000)
                .mapToObj(number -> random.nextInt(3) == 0 ? anEvent(random, number) : text(random))
                .toList();
        List<String> expected = printed.stream()
                .filter(piece -> piece.startsWith("{\"type\":\""))
                .toList();
        byte[] bytes = String.join("", printed).getBytes(UTF_8);
        assertThat(texts(Recordings.events(bytes, _ -> random.nextInt(1, 2 + random.nextInt(3000)))))
                .isEqualTo(expected);
    }

    private static String anEvent(Random random, int number) {
        return "{\"type\":\"%s\",\"n\":%d,\"deep\":[{\"type\":\"x\"},[{}],\"{\\\"}é🦀\"]}"
                .formatted(random.nextBoolean() ? "result" : "user", number);
    }

    private static String text(Random random) {
        List<String> pieces = List.of(
                "\n", "\r\n", "\n", "{", "}", "[", "]", ",", "word", "{\"a\":1}", "{}", "\u001b[?25h", "🦀", "{\"b\"");
        StringBuilder text = new StringBuilder();
        for (int more = random.nextInt(6); more > 0; more--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    @Test
    void one_string_of_25_megabytes_is_part_of_an_event() {
        String line = "{\"type\":\"result\",\"result\":\"" + "y".repeat(25_000_000) + "\"}";
        List<AgentEvent> events = Recordings.events((line + "\r\n").getBytes(UTF_8), _ -> 64 * 1024);
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().node().path("result").textValue()).hasSize(25_000_000);
    }

    @Test
    void a_line_as_long_as_the_bound_is_an_event() {
        String frame = "{\"type\":\"user\",\"text\":\"\"}";
        String line = frame.replace("\"\"", "\"" + "y".repeat(AgentStream.MAX_LINE - frame.length()) + "\"");
        assertThat(Recordings.events((line + "\n").getBytes(UTF_8), _ -> 64 * 1024))
                .hasSize(1);
        assertThat(Recordings.events((line.replace("y\"", "yy\"") + "\n" + LINE).getBytes(UTF_8), _ -> 64 * 1024))
                .extracting(AgentEvent::type)
                .containsExactly("system");
    }

    @Test
    void long_lines_of_all_runs_share_a_budget_and_give_back_what_they_took() {
        LineBudget budget = new LineBudget(5_000_000);
        List<AgentEvent> events = new ArrayList<>();
        AgentStream first = new AgentStream(events::add, _ -> {}, budget);
        AgentStream second = new AgentStream(events::add, _ -> {}, budget);
        byte[] half = ("{\"type\":\"first\",\"text\":\"" + "x".repeat(3_000_000)).getBytes(UTF_8);
        byte[] other = ("{\"type\":\"second\",\"text\":\"" + "x".repeat(3_000_000) + "\"}\n").getBytes(UTF_8);

        first.accept(ByteBuffer.wrap(half));
        second.accept(ByteBuffer.wrap(other));
        assertThat(events).isEmpty();
        first.accept(ByteBuffer.wrap("\"}\n".getBytes(UTF_8)));
        assertThat(events).extracting(AgentEvent::type).containsExactly("first");
        first.accept(ByteBuffer.wrap((LINE + "\n").getBytes(UTF_8)));
        second.accept(ByteBuffer.wrap(other));
        assertThat(events).extracting(AgentEvent::type).containsExactly("first", "system", "second");
        second.accept(ByteBuffer.wrap((LINE.replace("system", "result") + "\n" + "{").getBytes(UTF_8)));
        first.finish();
        second.finish();
        assertThat(budget.left()).isEqualTo(5_000_000);
    }

    static List<Arguments> withinAndBeyondTheBounds() {
        return List.of(
                Arguments.of("depth", nested(AgentStream.MAX_DEPTH - 1), nested(100_000)),
                Arguments.of("number", "7".repeat(AgentStream.MAX_NUMBER), "7".repeat(1_000_000)),
                Arguments.of("name", name(AgentStream.MAX_NAME), name(1_000_000)),
                Arguments.of(
                        "tokens",
                        "[" + "1,".repeat(AgentStream.MAX_TOKENS - 20) + "1]",
                        "[" + "{},".repeat(1_000_000) + "1]"));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static String name(int length) {
        return "{\"" + "n".repeat(length) + "\":1}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withinAndBeyondTheBounds")
    void what_is_beyond_a_bound_is_text_and_what_comes_next_is_read(String what, String within, String beyond) {
        String printed = "{\"type\":\"user\",\"x\":%s}\n%s\n";
        assertThat(Recordings.events(printed.formatted(within, LINE)))
                .as(what)
                .extracting(AgentEvent::type)
                .containsExactly("user", "system");
        assertThat(Recordings.events(printed.formatted(beyond, LINE)))
                .as(what)
                .extracting(AgentEvent::type)
                .containsExactly("system");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"x\",\"n\":1e999999999}",
                "{\"type\":\"x\",\"n\":-1e-999999999}",
                "{\"type\":\"x\",\"a\":1,\"a\":2,\"type\":\"x\"}",
                "{\"type\":\"x\",\"a\":\"\\u0000\"}",
                "{\"type\":\"x\",\"\\ud83d\\udc00\":\"\\ufffe\\\\ud83d\"}",
                "{\"type\":\"x\",\"a\":\"\u2028\u2029\u0085\"}",
                "{\"\\u0074ype\":\"y\",\"type\":\"x\"}"
            })
    void odd_but_valid_json_is_an_event(String line) {
        assertThat(texts(Recordings.events(line + "\n"))).containsExactly(line);
    }

    @Test
    void half_a_surrogate_pair_is_replaced_in_an_event() {
        String printed =
                "{\"type\":\"x\",\"\\uDC00\":\"\\ud83d\",\"b\":\"\\ud83d\\ud83d\\udc00\\udc00\\n\\ud83d\\\\udc00\"}";
        String whole =
                "{\"type\":\"x\",\"\\ufffd\":\"\\ufffd\",\"b\":\"\\ufffd\\ud83d\\udc00\\ufffd\\n\\ufffd\\\\udc00\"}";
        assertThat(texts(Recordings.events(printed + "\n"))).containsExactly(whole);
    }

    @Test
    void bytes_that_are_no_utf_8_are_replaced_in_an_event() {
        byte[] printed = ("{\"type\":\"ü?\"}\n" + LINE).getBytes(UTF_8);
        printed["{\"type\":\"ü".getBytes(UTF_8).length] = (byte) 0xff;
        assertThat(texts(Recordings.events(printed, _ -> 7))).containsExactly("{\"type\":\"ü\ufffd\"}", LINE);
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
