package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLogContract;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Transcripts in the shared database. */
class TableTranscriptLogTest extends TranscriptLogContract {

    private static AgroalDataSource database;

    private final TaskId task = TaskId.create(Instant.now());
    private final Lease lease = new Lease(task, new WorkerId("me"), 1);

    @BeforeAll
    static void open() {
        database = PostgresServer.NEWEST.newDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Override
    protected TranscriptLog log() {
        return new TableTranscriptLog(database, () -> {});
    }

    @Override
    protected void runs(TaskId running) {
        sql("""
                INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec, created_at,
                                  attempt, epoch, worker, lease_until, output_bytes, turns)
                VALUES (?, 'running', 5, FALSE, 1000, 1, 'p', '{}', CURRENT_TIMESTAMP, 1, 1, 'me', CURRENT_TIMESTAMP, 0, 0)
                """, running.value());
    }

    @Test
    void whose_lease_is_lost_writes_nothing() {
        runs(task);
        try (TranscriptLog.Appender appender = log().open(lease)) {
            assertThat(appender.append(records(1, 2))).isTrue();
            sql("UPDATE task SET epoch = 2 WHERE id = ?", task.value());

            assertThat(appender.append(records(3, 4))).isFalse();
            assertThat(appender.lastSeq()).isEqualTo(2);
        }
        assertThat(numbers(0)).containsExactly(1L, 2L);
    }

    @Test
    void a_successor_goes_on_with_the_numbers() {
        runs(task);
        try (TranscriptLog.Appender first = log().open(lease)) {
            first.append(records(1, 2));
        }
        sql("UPDATE task SET epoch = 2, worker = 'other' WHERE id = ?", task.value());
        try (TranscriptLog.Appender second = log().open(new Lease(task, new WorkerId("other"), 2))) {
            assertThat(second.lastSeq()).isEqualTo(2);
            assertThat(second.append(records(3, 3))).isTrue();
        }
        assertThat(numbers(0)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void what_was_written_though_its_reply_was_lost_is_not_written_twice() {
        runs(task);
        try (TranscriptLog.Appender appender = log().open(lease);
                TranscriptLog.Appender again = log().open(lease)) {
            assertThat(appender.append(records(1, 4))).isTrue();

            assertThat(again.append(records(1, 4))).isTrue();
            assertThat(again.append(records(3, 6))).isTrue();
        }
        assertThat(numbers(0)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void many_records_are_few_rows() {
        runs(task);
        try (TranscriptLog.Appender appender = log().open(lease)) {
            appender.append(records(1, 5_000));
        }
        assertThat(numbers(4_321)).hasSize(679).startsWith(4_322L).endsWith(5_000L);
        assertThat(sql("UPDATE transcript_chunk SET last_seq = last_seq WHERE task = ?", task.value()))
                .isBetween(1, 5_000 * 100 / TableTranscriptLog.CHUNK_BYTES + 2);
    }

    @Test
    void a_task_takes_its_transcript_with_it() {
        runs(task);
        try (TranscriptLog.Appender appender = log().open(lease)) {
            appender.append(records(1, 2));
        }
        sql("DELETE FROM task WHERE id = ?", task.value());

        assertThat(numbers(0)).isEmpty();
    }

    private static List<TranscriptRecord> records(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq ->
                        new TranscriptRecord(seq, 1_000, Kind.OUTPUT, ("line " + seq).getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private List<Long> numbers(long after) {
        List<Long> numbers = new ArrayList<>();
        try (TranscriptLog.Reader reader = log().read(task, after)) {
            for (List<TranscriptRecord> batch = reader.next(1_000); !batch.isEmpty(); batch = reader.next(1_000)) {
                batch.forEach(record -> numbers.add(record.seq()));
            }
        }
        return numbers;
    }

    private static int sql(String sql, Object... parameters) {
        try (Connection connection = database.getConnection()) {
            return Sql.update(connection, sql, parameters);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }
}
