package org.claudecluster.worker.api.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SseFramesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OUTPUT | say "hi"         | id: 7~event: output~data: {"data":"say \\"hi\\""}~~
            AGENT  | {"type":"x"}     | id: 7~event: agent~data: {"type":"x"}~~
            STATUS | {"status":"y"}   | id: 7~event: status~data: {"status":"y"}~~
            RESIZE | 80x24            | id: 7~event: resize~data: "80x24"~~
            """)
    void a_record_becomes_one_event_whose_id_is_its_number(Kind kind, String bytes, String frame) {
        assertThat(text(SseFrames.of(List.of(record(7, kind, bytes))))).isEqualTo(frame.replace('~', '\n'));
    }

    @Test
    void line_ends_in_output_never_end_the_event() {
        String frame = text(SseFrames.of(List.of(record(1, Kind.OUTPUT, "a\r\nb\n\nid: 99\r\rc"))));
        assertThat(frame.lines())
                .containsExactly("id: 1", "event: output", "data: {\"data\":\"a\\r\\nb\\n\\nid: 99\\r\\rc\"}", "");
    }

    @Test
    void neighbouring_output_is_one_event_with_the_id_of_its_last_record() {
        List<TranscriptRecord> records = List.of(
                record(1, Kind.STATUS, "{}"),
                record(2, Kind.OUTPUT, "a"),
                record(3, Kind.OUTPUT, "b"),
                record(4, Kind.AGENT, "{\"a\":1}"),
                record(5, Kind.OUTPUT, "c"));
        assertThat(text(SseFrames.of(records))).isEqualTo("""
                id: 1
                event: status
                data: {}

                id: 3
                event: output
                data: {"data":"ab"}

                id: 4
                event: agent
                data: {"a":1}

                id: 5
                event: output
                data: {"data":"c"}

                """);
    }

    @Test
    void merging_ends_at_about_the_bound() {
        List<TranscriptRecord> records = LongStream.rangeClosed(1, 10)
                .mapToObj(seq -> record(seq, Kind.OUTPUT, "x".repeat(SseFrames.MERGED_BYTES / 4)))
                .toList();
        assertThat(text(SseFrames.of(records)).lines().filter(line -> line.startsWith("id: ")))
                .containsExactly("id: 4", "id: 8", "id: 10");
    }

    @Test
    void no_records_are_no_bytes() {
        assertThat(SseFrames.of(List.of())).isEmpty();
    }

    @Test
    void a_block_has_whole_events_and_says_which_is_its_last() {
        List<TranscriptRecord> records = LongStream.rangeClosed(1, 9)
                .mapToObj(seq -> record(
                        seq,
                        seq % 2 == 0 ? Kind.AGENT : Kind.OUTPUT,
                        "\"" + "x".repeat(SseFrames.MERGED_BYTES / 3) + "\""))
                .toList();

        List<FrameBlock> blocks = SseFrames.of(records);

        assertThat(blocks).extracting(FrameBlock::last).containsExactly(3L, 6L, 9L);
        assertThat(blocks)
                .allSatisfy(block ->
                        assertThat(text(List.of(block))).startsWith("id: ").endsWith("\n\n"));
        assertThat(text(blocks).lines().filter(line -> line.startsWith("id: "))).hasSize(9);
    }

    private static String text(List<FrameBlock> blocks) {
        return blocks.stream().map(block -> new String(block.bytes(), UTF_8)).collect(Collectors.joining());
    }

    @Test
    void an_event_without_a_number_has_no_id_and_a_comment_is_a_comment() {
        byte[] json = "{}".getBytes(UTF_8);
        assertThat(new String(SseFrames.event(0, "lagging", json), UTF_8)).isEqualTo("event: lagging\ndata: {}\n\n");
        assertThat(new String(SseFrames.event(5, "complete", json), UTF_8))
                .isEqualTo("id: 5\nevent: complete\ndata: {}\n\n");
        assertThat(new String(SseFrames.comment("keep-alive"), UTF_8)).isEqualTo(": keep-alive\n\n");
    }

    private static TranscriptRecord record(long seq, Kind kind, String bytes) {
        return new TranscriptRecord(seq, 1, kind, bytes.getBytes(UTF_8));
    }
}
