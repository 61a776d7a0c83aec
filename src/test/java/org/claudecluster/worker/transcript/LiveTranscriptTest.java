package org.claudecluster.worker.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.transcript.Records.all;
import static org.claudecluster.worker.transcript.Records.numbers;
import static org.claudecluster.worker.transcript.Records.upTo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiveTranscriptTest {

    private static final String MANY_BYTES = "aä€😀\u0000ß–𝄞z";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final LiveTranscript.Flushing HERE = new LiveTranscript.Flushing(Runnable::run, 8 << 20, 64 << 20);

    @TempDir
    Path directory;

    private final TaskId task = Records.task();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger breaks = new AtomicInteger();
    private TranscriptLog log;
    private LiveTranscript live;

    @BeforeEach
    void begin() {
        log = new FileTranscriptLog(directory.resolve("log"));
        live = new LiveTranscript(
                log.open(Records.lease(task)),
                0,
                InstantSource.fixed(NOW),
                HERE,
                changes::incrementAndGet,
                _ -> breaks.incrementAndGet());
    }

    static IntStream everyCut() {
        return IntStream.rangeClosed(0, MANY_BYTES.getBytes(UTF_8).length);
    }

    @ParameterizedTest
    @MethodSource("everyCut")
    void no_character_is_split_over_two_records(int cut) {
        byte[] bytes = MANY_BYTES.getBytes(UTF_8);
        print(ByteBuffer.wrap(bytes, 0, cut));
        print(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
        live.close(() -> true);
        assertThat(all(log, task, 0)).allMatch(record -> isWhole(record.bytes()));
        assertThat(Records.text(all(log, task, 0))).isEqualTo(MANY_BYTES);
    }

    @Test
    void byte_by_byte_every_record_is_whole_characters() {
        for (byte b : MANY_BYTES.getBytes(UTF_8)) {
            print(ByteBuffer.wrap(new byte[] {b}));
        }
        assertThat(shown(0)).hasSize(9).allMatch(record -> isWhole(record.bytes()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "80", "c0", "f5", "fe80", "c328", "e28228", "eda0", "f490"})
    void bytes_that_are_no_character_are_not_held_back(String hex) {
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        print(ByteBuffer.wrap(bytes));
        assertThat(shown(0))
                .singleElement()
                .satisfies(record -> assertThat(record.bytes()).isEqualTo(bytes));
    }

    @Test
    void a_character_that_never_became_whole_is_written_at_the_close() {
        print(ByteBuffer.wrap(new byte[] {'a', (byte) 0xe2, (byte) 0x82}));
        assertThat(shown(0)).hasSize(1);
        live.close(() -> true);
        assertThat(all(log, task, 0)).hasSize(2);
        assertThat(all(log, task, 1).getFirst().bytes()).containsExactly(0xe2, 0x82);
    }

    @Test
    void all_kinds_share_one_numbering_that_goes_on_after_a_restart() {
        live.status("{}".getBytes(UTF_8));
        live.resize(100, 30);
        live.agent("{\"type\":\"x\"}".getBytes(UTF_8), true);
        print("text");
        live.close(() -> true);
        LiveTranscript second =
                new LiveTranscript(log.open(Records.lease(task)), 0, InstantSource.fixed(NOW), HERE, () -> {}, _ -> {});
        second.status("{}".getBytes(UTF_8));
        second.close(() -> true);
        assertThat(numbers(all(log, task, 0))).isEqualTo(upTo(5));
        assertThat(all(log, task, 0))
                .extracting(TranscriptRecord::kind)
                .containsExactly(Kind.STATUS, Kind.RESIZE, Kind.AGENT, Kind.OUTPUT, Kind.STATUS);
        assertThat(Records.text(all(log, task, 1))).startsWith("100x30");
    }

    @Test
    void a_viewer_sees_at_once_what_the_log_gets_with_the_next_flush() {
        print("text");
        assertThat(numbers(shown(0))).containsExactly(1L);
        assertThat(all(log, task, 0)).isEmpty();
        live.flush();
        assertThat(numbers(all(log, task, 0))).containsExactly(1L);
    }

    @Test
    void a_full_buffer_does_not_wait_for_the_flush() {
        print("x".repeat(Backlog.FLUSH_BYTES - 1));
        assertThat(all(log, task, 0)).isEmpty();
        print("y");
        assertThat(all(log, task, 0)).hasSize(2);
    }

    @Test
    void what_has_left_the_tail_is_in_the_log() {
        IntStream.range(0, 100).forEach(_ -> print("x".repeat(Tail.BYTES / 50)));
        assertThat(live.after(0, 1_000)).isInstanceOf(Window.Behind.class);
        List<TranscriptRecord> tail = shown(60);
        assertThat(tail.getLast().seq()).isEqualTo(100);
        long first = shown(60).getFirst().seq();
        assertThat(numbers(all(log, task, 0))).startsWith(1L).contains(first - 1);
    }

    @Test
    void a_record_larger_than_the_tail_stays_until_the_next_comes() {
        print("x".repeat(Tail.BYTES + 1));
        assertThat(numbers(shown(0))).containsExactly(1L);
        print("y");
        assertThat(live.after(0, 1)).isInstanceOf(Window.Behind.class);
        assertThat(numbers(shown(1))).containsExactly(2L);
        assertThat(numbers(all(log, task, 0))).contains(1L);
    }

    @Test
    void a_window_holds_about_as_much_as_was_asked_for_but_always_one_record() {
        IntStream.range(0, 10).forEach(_ -> print("0123456789"));
        assertThat(window(0, 1)).hasSize(1);
        assertThat(window(0, 35)).hasSize(3);
        assertThat(window(8, 1_000)).hasSize(2);
        assertThat(window(10, 1_000)).isEmpty();
        assertThat(window(99, 1_000)).isEmpty();
    }

    @Test
    void progress_counts_bytes_turns_and_the_time_of_the_last_output() {
        assertThat(live.progress()).isEqualTo(Progress.NONE);
        print("äb");
        live.agent("{}".getBytes(UTF_8), true);
        live.agent("{}".getBytes(UTF_8), false);
        assertThat(live.progress()).isEqualTo(new Progress(3, Optional.of(NOW), 1));
    }

    @Test
    void every_change_wakes_the_viewers() {
        print("a");
        live.status("{}".getBytes(UTF_8));
        live.resize(1, 1);
        live.agent("{}".getBytes(UTF_8), false);
        live.close(() -> true);
        assertThat(changes).hasValue(5);
    }

    @Test
    void nothing_is_recorded_after_the_close() {
        print("a");
        live.close(() -> true);
        Progress before = live.progress();
        print("b");
        live.status("{}".getBytes(UTF_8));
        live.flush();
        live.close(() -> true);
        assertThat(numbers(all(log, task, 0))).containsExactly(1L);
        assertThat(numbers(shown(0))).containsExactly(1L);
        assertThat(live.progress()).isEqualTo(before);
    }

    @Test
    void a_log_that_breaks_is_told_once_and_nothing_more_is_recorded() {
        LiveTranscript broken = onAFullDisk();
        broken.output(ByteBuffer.wrap("a".getBytes(UTF_8)));
        assertThat(broken.failure()).isEmpty();
        broken.flush();
        broken.output(ByteBuffer.wrap("b".getBytes(UTF_8)));
        broken.flush();
        broken.close(() -> true);
        assertThat(broken.failure())
                .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("can't be written"));
        assertThat(breaks).hasValue(1);
        assertThat(windowOf(broken, 0)).hasSize(1);
    }

    @Test
    void what_a_broken_log_did_not_take_stays_in_the_tail_so_that_no_viewer_looks_for_it_in_vain() {
        LiveTranscript broken = onAFullDisk();
        broken.output(ByteBuffer.wrap("a".getBytes(UTF_8)));
        broken.agent(new byte[Tail.BYTES + 1], false);
        assertThat(broken.failure()).isPresent();
        assertThat(windowOf(broken, 0)).extracting(TranscriptRecord::seq).containsExactly(1L, 2L);
    }

    @Test
    void a_log_whose_directory_became_a_file_can_t_be_opened() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        Transcripts transcripts =
                new Transcripts(new FileTranscriptLog(file), InstantSource.fixed(NOW), 8 << 20, 64 << 20);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> transcripts.begin(Tenant.DEFAULT, Records.lease(task), _ -> {}))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(transcripts.live(task)).isEmpty();
    }

    /** A file adapter whose file is the device that is always full. */
    private LiveTranscript onAFullDisk() {
        TaskId other = Records.task();
        Path file = directory.resolve("log/" + other.toString().substring(34) + "/" + other + ".log");
        try {
            Files.createDirectories(file.getParent());
            Files.createSymbolicLink(file, Path.of("/dev/full"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LiveTranscript(
                log.open(Records.lease(other)),
                0,
                InstantSource.fixed(NOW),
                HERE,
                changes::incrementAndGet,
                _ -> breaks.incrementAndGet());
    }

    private void print(String text) {
        print(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private void print(ByteBuffer bytes) {
        live.output(bytes);
    }

    private List<TranscriptRecord> shown(long after) {
        return window(after, Integer.MAX_VALUE);
    }

    private List<TranscriptRecord> window(long after, int maxBytes) {
        return switch (live.after(after, maxBytes)) {
            case Window.Records(List<TranscriptRecord> records) -> records;
            case Window.Behind() -> throw new AssertionError("behind");
        };
    }

    private static List<TranscriptRecord> windowOf(LiveTranscript transcript, long after) {
        return switch (transcript.after(after, Integer.MAX_VALUE)) {
            case Window.Records(List<TranscriptRecord> records) -> records;
            case Window.Behind() -> throw new AssertionError("behind");
        };
    }

    private static boolean isWhole(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
