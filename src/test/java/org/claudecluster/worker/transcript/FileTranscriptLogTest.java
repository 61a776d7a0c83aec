package org.claudecluster.worker.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claudecluster.worker.transcript.Records.all;
import static org.claudecluster.worker.transcript.Records.append;
import static org.claudecluster.worker.transcript.Records.numbers;
import static org.claudecluster.worker.transcript.Records.output;
import static org.claudecluster.worker.transcript.Records.outputs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileTranscriptLogTest extends TranscriptLogContract {

    private static final String LAST = "the last one, torn";

    @TempDir
    Path directory;

    private final TaskId task = Records.task();
    private FileTranscriptLog log;

    @BeforeEach
    void open() {
        log = new FileTranscriptLog(directory.resolve("transcripts"));
    }

    @Override
    protected void runs(TaskId running) {
        // a file asks nobody whose the task is
    }

    @Override
    protected TranscriptLog log() {
        return log;
    }

    static IntStream lengthsOfATornRecord() {
        return IntStream.range(0, RecordFormat.HEADER + LAST.length());
    }

    @ParameterizedTest
    @MethodSource("lengthsOfATornRecord")
    void a_torn_last_record_is_cut_at_the_next_start(int kept) throws IOException {
        append(log, task, outputs(1, 2));
        int whole = (int) Files.size(file());
        append(log, task, java.util.List.of(output(3, LAST)));
        Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), whole + kept));

        assertThat(numbers(all(log, task, 0))).containsExactly(1L, 2L);
        try (TranscriptLog.Appender appender = log.open(Records.lease(task))) {
            assertThat(appender.lastSeq()).isEqualTo(2);
            appender.append(outputs(3, 4));
        }
        assertThat(Records.text(all(log, task, 0))).isEqualTo("line 1line 2line 3line 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 24, 25, 26, 50, 51, 4096, 300_000})
    void zeros_behind_the_last_record_are_cut(int zeros) throws IOException {
        append(log, task, outputs(1, 2));
        Files.write(file(), new byte[zeros], StandardOpenOption.APPEND);
        assertThat(numbers(all(log, task, 0))).containsExactly(1L, 2L);
        append(log, task, outputs(3, 3));
        assertThat(numbers(all(log, task, 0))).containsExactly(1L, 2L, 3L);
        assertThat(numbers(all(log, task, 2))).containsExactly(3L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void garbage_behind_the_last_record_is_cut(long seed) throws IOException {
        byte[] garbage = new byte[500];
        new Random(seed).nextBytes(garbage);
        // A length that the rest of the file satisfies, so that only the checksum can tell.
        garbage[0] = 0;
        garbage[1] = 0;
        garbage[2] = 0;
        append(log, task, outputs(1, 2));
        Files.write(file(), garbage, StandardOpenOption.APPEND);
        assertThat(numbers(all(log, task, 0))).containsExactly(1L, 2L);
        assertThat(all(log, task, 2)).isEmpty();
        append(log, task, outputs(3, 3));
        assertThat(numbers(all(log, task, 0))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void a_reader_that_met_a_torn_record_reads_on_once_it_was_replaced() throws IOException {
        append(log, task, outputs(1, 1));
        byte[] torn = new byte[40];
        Files.write(file(), torn, StandardOpenOption.APPEND);
        try (TranscriptLog.Reader reader = log.read(task, 0)) {
            assertThat(numbers(reader.next(1_000))).containsExactly(1L);
            assertThat(reader.next(1_000)).isEmpty();
            append(log, task, outputs(2, 3));
            assertThat(numbers(Records.drain(reader, 1_000))).containsExactly(2L, 3L);
        }
    }

    /** Whoever polls for what is new would otherwise read all that is old, each time. */
    @Test
    void what_lies_before_a_known_place_is_not_read_again() throws IOException {
        append(log, task, outputs(1, 100));
        OutputPlace end = log.seek(task, Long.MAX_VALUE);
        append(log, task, outputs(101, 103));
        byte[] bytes = Files.readAllBytes(file());
        bytes[RecordFormat.HEADER] ^= 1;
        Files.write(file(), bytes);

        assertThat(log.seek(task, end.offset()).after()).isEqualTo(100);
        assertThat(log.seek(task, Long.MAX_VALUE).after()).isEqualTo(103);
        assertThat(numbers(all(log, task, 101))).containsExactly(102L, 103L);
        assertThat(all(log, task, 0)).isEmpty();
    }

    @Test
    void a_place_is_never_behind_a_torn_record() throws IOException {
        append(log, task, outputs(1, 3));
        byte[] bytes = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(bytes, bytes.length - 1));

        assertThat(log.seek(task, Long.MAX_VALUE).after()).isEqualTo(2);
    }

    @Test
    void a_flipped_bit_ends_the_transcript_before_its_record() throws IOException {
        append(log, task, outputs(1, 3));
        byte[] bytes = Files.readAllBytes(file());
        int second = bytes.length / 3;
        bytes[second + RecordFormat.HEADER] ^= 1;
        Files.write(file(), bytes);
        assertThat(numbers(all(log, task, 0))).containsExactly(1L);
        assertThat(all(log, task, 2)).isEmpty();
    }

    @Test
    void files_are_spread_over_directories_by_the_end_of_the_id() throws IOException {
        append(log, task, outputs(1, 1));
        String id = task.toString();
        assertThat(directory.resolve("transcripts").relativize(file()))
                .hasToString(id.substring(34) + "/" + id + ".log");
    }

    @Test
    void a_directory_that_can_t_be_made_is_told() throws IOException {
        Files.writeString(directory.resolve("transcripts"), "a file");
        assertThatThrownBy(() -> log.open(Records.lease(task)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("transcript");
    }

    @Test
    void a_record_that_no_reader_would_take_is_refused() {
        try (TranscriptLog.Appender appender = log.open(Records.lease(task))) {
            TranscriptRecord tooLarge =
                    new TranscriptRecord(1, 0, TranscriptRecord.Kind.OUTPUT, new byte[RecordFormat.MAX_PAYLOAD + 1]);
            assertThatThrownBy(() -> appender.append(java.util.List.of(tooLarge)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(appender.lastSeq()).isZero();
        }
    }

    private Path file() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(path -> path.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
