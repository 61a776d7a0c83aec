package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.claudecluster.worker.e2e.SseStream.Event;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten megabytes through a real terminal, and what clients can do with them. */
class OutputIT {

    private static final int CONTENT_BYTES = 10 * 1024 * 1024;
    private static final String LINE =
            "line %07d \"quoted\\\" \u001b[1;31mred\u001b[0m äöü € 日本語 \uD83D\uDE80\uD834\uDD1E {\tend\n";
    private static final String LAST = "the last line has no end \uD83C\uDFC1";
    private static final String PLAIN_LINE = "line %07d \"quoted\\\" red äöü € 日本語 \uD83D\uDE80\uD834\uDD1E {\tend\n";

    @TempDir
    static Path home;

    private static WorkerProcess worker;
    private static Path content;
    private static String printed;
    private static byte[] printedBytes;
    /** Has run to its end before the first test. */
    private static String task;

    private static List<Event> seenLive;

    @BeforeAll
    static void a_task_prints_ten_megabytes_while_somebody_watches() throws IOException {
        content = Files.writeString(home.resolve("content.txt"), lines(LINE));
        printed = Files.readString(content).replace("\n", "\r\n");
        printedBytes = printed.getBytes(StandardCharsets.UTF_8);
        worker = WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home)).start();
        task = worker.api().submit("cat " + content);
        try (SseStream stream = worker.api().stream(task, 0)) {
            seenLive = stream.rest();
        }
        assertThat(worker.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
    }

    @AfterAll
    static void the_worker_ends_and_leaves_nothing() {
        worker.close();
    }

    private static String lines(String form) {
        StringBuilder text = new StringBuilder(CONTENT_BYTES);
        int lineBytes = LINE.formatted(0).getBytes(StandardCharsets.UTF_8).length;
        for (int line = 0; line < CONTENT_BYTES / lineBytes; line++) {
            text.append(form.formatted(line));
        }
        return text.append(LAST).toString();
    }

    @Test
    void the_raw_output_is_what_was_printed_byte_for_byte() {
        HttpResponse<byte[]> raw = worker.api().bytes("/tasks/" + task + "/output");

        assertThat(raw.body()).isEqualTo(printedBytes);
        assertThat(raw.headers().firstValueAsLong("Content-Length")).hasValue(printedBytes.length);
        assertThat(worker.api().task(task).path("progress").path("outputBytes").asLong())
                .isEqualTo(printedBytes.length);
    }

    @Test
    void the_live_stream_joins_to_what_was_printed() {
        assertThat(output(seenLive)).isEqualTo(printed);
        assertThat(seenLive.getLast().name()).isEqualTo("complete");
    }

    @Test
    void the_replayed_stream_joins_to_what_was_printed() {
        try (SseStream stream = worker.api().stream(task, 0)) {
            assertThat(output(stream.rest())).isEqualTo(printed);
        }
    }

    @Test
    void no_character_is_split_across_two_events() {
        assertThat(seenLive.stream().filter(OutputIT::isOutput).map(Event::output))
                .noneMatch(text -> text.indexOf('\ufffd') >= 0);
    }

    @Test
    void a_replay_that_breaks_off_again_and_again_is_resumed_without_gap_or_repeat() {
        List<Event> seen = resumedAfterEach(task, 7);

        assertThat(output(seen)).isEqualTo(printed);
        assertThat(seen).extracting(Event::id).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void a_live_stream_that_breaks_off_again_and_again_is_resumed_without_gap_or_repeat() throws IOException {
        String slow = worker.api().submit("""
                i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "step $i \uD83D\uDE80"; sleep 0.02; done; printf 'the end'""");

        List<Event> seen = resumedAfterEach(slow, 3);

        assertThat(worker.api().output(slow)).isEqualTo(output(seen)).endsWith("the end");
        assertThat(seen).extracting(Event::id).doesNotHaveDuplicates().isSorted();
        assertThat(output(seen).lines().count()).isEqualTo(41);
    }

    /** Takes so many events, drops the connection, comes back with the last id, and so on up to the end. */
    private static List<Event> resumedAfterEach(String id, int events) {
        List<Event> seen = new ArrayList<>();
        long last = 0;
        while (seen.isEmpty() || !seen.getLast().name().equals("complete")) {
            try (SseStream stream = worker.api().stream(id, last)) {
                List<Event> part = stream.next(events);
                seen.addAll(part.stream().filter(event -> event.id() > 0).toList());
                last = seen.isEmpty() ? 0 : seen.getLast().id();
            }
        }
        return seen;
    }

    @Test
    void a_range_is_that_part_of_the_bytes() {
        assertRange("bytes=0-0", 0, 1);
        assertRange("bytes=1000000-2000000", 1_000_000, 2_000_001);
        assertRange("bytes=10000000-", 10_000_000, printedBytes.length);
        assertRange("bytes=-5", printedBytes.length - 5, printedBytes.length);
    }

    private static void assertRange(String range, int from, int end) {
        HttpResponse<byte[]> part = worker.api().bytes("/tasks/" + task + "/output", "Range", range);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range"))
                .hasValue("bytes %d-%d/%d".formatted(from, end - 1, printedBytes.length));
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(printedBytes, from, end));
    }

    @Test
    void a_range_behind_the_end_is_refused_with_the_length() {
        HttpResponse<String> refused =
                worker.api().get("/tasks/" + task + "/output", "Range", "bytes=" + printedBytes.length + "-");

        assertThat(refused.statusCode()).isEqualTo(416);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refused.headers().firstValue("Content-Range")).hasValue("bytes */" + printedBytes.length);
    }

    @Test
    void the_text_format_has_neither_escape_sequences_nor_carriage_returns() {
        assertThat(worker.api().get("/tasks/" + task + "/output?format=text").body())
                .isEqualTo(lines(PLAIN_LINE));
    }

    @Test
    void the_asciicast_is_a_header_and_events_in_order_that_join_to_what_was_printed() {
        List<JsonNode> cast = worker.api()
                .get("/tasks/" + task + "/output?format=asciicast")
                .body()
                .lines()
                .map(Api::json)
                .toList();

        JsonNode header = cast.getFirst();
        assertThat(header.path("version").asInt()).isEqualTo(2);
        assertThat(header.path("width").asInt()).isEqualTo(80);
        assertThat(header.path("height").asInt()).isEqualTo(24);
        List<JsonNode> events = cast.subList(1, cast.size());
        assertThat(events)
                .allSatisfy(event -> assertThat(event.path(1).asText()).isEqualTo("o"));
        assertThat(events).extracting(event -> event.path(0).asDouble()).isSorted();
        assertThat(events.stream().map(event -> event.path(2).asText()).collect(Collectors.joining()))
                .isEqualTo(printed);
    }

    private static String output(List<Event> events) {
        return events.stream().filter(OutputIT::isOutput).map(Event::output).collect(Collectors.joining());
    }

    private static boolean isOutput(Event event) {
        return event.name().equals("output");
    }
}
