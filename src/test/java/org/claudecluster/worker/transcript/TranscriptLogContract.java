package org.claudecluster.worker.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.claudecluster.worker.transcript.Records.all;
import static org.claudecluster.worker.transcript.Records.append;
import static org.claudecluster.worker.transcript.Records.drain;
import static org.claudecluster.worker.transcript.Records.event;
import static org.claudecluster.worker.transcript.Records.numbers;
import static org.claudecluster.worker.transcript.Records.output;
import static org.claudecluster.worker.transcript.Records.outputs;
import static org.claudecluster.worker.transcript.Records.upTo;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every adapter of {@link TranscriptLog} holds. */
public abstract class TranscriptLogContract {

    private final TaskId task = Records.task();

    protected abstract TranscriptLog log();

    /** The task runs, in the hands of {@link Records#lease}, as far as the log is concerned. */
    protected abstract void runs(TaskId running);

    @BeforeEach
    void run() {
        runs(task);
    }

    @Test
    void what_was_appended_is_read_back_in_order() {
        append(log(), task, outputs(1, 2_000));
        assertThat(numbers(all(log(), task, 0))).isEqualTo(upTo(2_000));
        assertThat(Records.text(all(log(), task, 1_998))).isEqualTo("line 1999line 2000");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_record_comes_back_as_it_was(Kind kind) {
        byte[] bytes = {0, (byte) 0xff, '\n', '\r', 0x1b};
        append(log(), task, List.of(new TranscriptRecord(1, 1_700_000_000_123L, kind, bytes)));
        assertThat(all(log(), task, 0))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(new TranscriptRecord(1, 1_700_000_000_123L, kind, bytes));
    }

    @Test
    void an_empty_record_is_a_record() {
        append(log(), task, List.of(output(1, ""), output(2, "x"), output(3, "")));
        assertThat(numbers(all(log(), task, 0))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void appending_nothing_changes_nothing() {
        append(log(), task, List.of());
        append(log(), task, outputs(1, 1));
        assertThat(numbers(all(log(), task, 0))).containsExactly(1L);
    }

    @Test
    void numbering_goes_on_where_the_last_writer_stopped() {
        append(log(), task, outputs(1, 3));
        try (TranscriptLog.Appender second = log().open(Records.lease(task))) {
            assertThat(second.lastSeq()).isEqualTo(3);
            second.append(outputs(4, 5));
            assertThat(second.lastSeq()).isEqualTo(5);
        }
        assertThat(numbers(all(log(), task, 0))).isEqualTo(upTo(5));
    }

    @Test
    void a_new_transcript_begins_before_the_first_record() {
        try (TranscriptLog.Appender appender = log().open(Records.lease(task))) {
            assertThat(appender.lastSeq()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 499, 999, 1_000, 5_000})
    void reading_begins_after_the_given_number(long after) {
        append(log(), task, outputs(1, 1_000));
        assertThat(numbers(all(log(), task, after)))
                .isEqualTo(upTo(1_000).stream().filter(seq -> seq > after).toList());
    }

    @Test
    void a_reader_gives_no_more_than_asked_for_but_always_one() {
        append(log(), task, List.of(output(1, "a".repeat(100)), output(2, "b".repeat(100)), output(3, "c".repeat(9))));
        try (TranscriptLog.Reader reader = log().read(task, 0)) {
            assertThat(numbers(reader.next(1))).containsExactly(1L);
            assertThat(numbers(reader.next(1_000))).containsExactly(2L, 3L);
            assertThat(reader.next(1_000)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RecordScanner.BLOCK - 1, RecordScanner.BLOCK, RecordScanner.BLOCK + 1, 3_000_000})
    void a_record_may_be_larger_than_any_buffer(int size) {
        append(log(), task, List.of(output(1, "a"), output(2, "x".repeat(size)), output(3, "b")));
        List<TranscriptRecord> read = all(log(), task, 0);
        assertThat(numbers(read)).containsExactly(1L, 2L, 3L);
        assertThat(read.get(1).bytes()).hasSize(size);
        assertThat(numbers(all(log(), task, 2))).containsExactly(3L);
    }

    @Test
    void a_reader_that_came_first_finds_what_is_appended_later() {
        try (TranscriptLog.Reader reader = log().read(task, 1)) {
            assertThat(reader.next(1_000)).isEmpty();
            append(log(), task, outputs(1, 2));
            assertThat(numbers(reader.next(1_000))).containsExactly(2L);
            assertThat(reader.next(1_000)).isEmpty();
            append(log(), task, outputs(3, 4));
            assertThat(numbers(drain(reader, 1_000))).containsExactly(3L, 4L);
        }
    }

    @Test
    void a_reader_beside_a_writer_sees_every_record_once_and_whole() {
        CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
            try (TranscriptLog.Appender appender = log().open(Records.lease(task))) {
                for (long seq = 1; seq <= 3_000; seq++) {
                    appender.append(List.of(output(seq, "x".repeat((int) (seq % 700)))));
                }
            }
        });
        List<TranscriptRecord> seen = new java.util.ArrayList<>();
        try (TranscriptLog.Reader reader = log().read(task, 0)) {
            while (!written.isDone()) {
                seen.addAll(reader.next(10_000));
            }
            written.join();
            seen.addAll(drain(reader, 10_000));
        }
        assertThat(numbers(seen)).isEqualTo(upTo(3_000));
        assertThat(seen).allMatch(record -> record.bytes().length == record.seq() % 700);
    }

    @Test
    void the_end_says_how_much_output_there_is() {
        append(log(), task, List.of(output(1, "abc"), event(2, "{}"), output(3, ""), output(4, "de"), event(9, "[1]")));

        OutputPlace end = log().seek(task, Long.MAX_VALUE);

        assertThat(end.offset()).isEqualTo(5);
        assertThat(end.after()).isEqualTo(9);
        assertThat(all(log(), task, end.after())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_999, 5_000, 5_001, 123_456, 4_999_999})
    void a_place_is_near_the_byte_that_is_looked_for(int offset) {
        fill(1, 1_000, 5_000);

        for (int round = 0; round < 2; round++) {
            OutputPlace place = log().seek(task, offset);
            assertThat(place.offset()).isBetween((long) Math.max(0, offset - 400_000), (long) offset);
            assertThat(place.offset()).isEqualTo(place.after() / 2 * 5_000);
            assertThat(numbers(all(log(), task, place.after())).getFirst())
                    .as("the next record")
                    .isEqualTo(place.after() + 1);
        }
    }

    /** Numbers go up by two: an event follows each output. The last byte is in the last record, so that each place has a next. */
    private void fill(int from, int count, int bytes) {
        try (TranscriptLog.Appender appender = log().open(Records.lease(task))) {
            for (long i = from; i < from + count; i++) {
                appender.append(List.of(output(2 * i - 1, "x".repeat(bytes)), event(2 * i, "{}")));
            }
            appender.append(List.of(output(2L * (from + count) - 1, "")));
        }
    }

    @Test
    void a_place_is_found_again_when_more_was_printed() {
        append(log(), task, outputs(1, 100));
        OutputPlace first = log().seek(task, Long.MAX_VALUE);
        append(log(), task, outputs(101, 200));

        assertThat(log().seek(task, first.offset()).after()).isEqualTo(100);
        assertThat(log().seek(task, Long.MAX_VALUE).after()).isEqualTo(200);
        assertThat(log().seek(task, 0).offset()).isZero();
    }

    @Test
    void an_unknown_task_has_no_output() {
        assertThat(log().seek(task, Long.MAX_VALUE)).isEqualTo(OutputPlace.START);
    }

    @Test
    void what_was_deleted_has_no_output() {
        append(log(), task, outputs(1, 3));
        assertThat(log().seek(task, Long.MAX_VALUE).after()).isEqualTo(3);
        log().delete(task);
        assertThat(log().seek(task, Long.MAX_VALUE)).isEqualTo(OutputPlace.START);
        append(log(), task, outputs(1, 1));
        assertThat(log().seek(task, Long.MAX_VALUE).after()).isEqualTo(1);
    }

    @Test
    void an_unknown_task_has_no_records() {
        assertThat(all(log(), task, 0)).isEmpty();
        assertThat(log().delete(task)).isFalse();
    }

    @Test
    void what_was_deleted_is_gone_and_numbering_begins_again() {
        append(log(), task, outputs(1, 3));
        TaskId other = Records.task();
        runs(other);
        append(log(), other, outputs(1, 1));
        assertThat(log().delete(task)).isTrue();
        assertThat(log().delete(task)).isFalse();
        assertThat(all(log(), task, 0)).isEmpty();
        assertThat(numbers(all(log(), other, 0))).containsExactly(1L);
        append(log(), task, outputs(1, 1));
        assertThat(numbers(all(log(), task, 0))).containsExactly(1L);
    }

    @Test
    void closing_twice_or_before_reading_is_allowed() {
        TranscriptLog.Reader reader = log().read(task, 0);
        assertThatCode(() -> {
                    reader.close();
                    reader.close();
                })
                .doesNotThrowAnyException();
    }
}
