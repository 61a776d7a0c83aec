package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.claudecluster.worker.store.database.Connections;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.KnownPlaces;
import org.claudecluster.worker.transcript.OutputPlace;
import org.claudecluster.worker.transcript.RecordBlock;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/** Transcripts in the table {@code transcript_chunk}, where workers share a store: each of them can read all. */
public final class TableTranscriptLog implements TranscriptLog {

    /** A chunk is one row. A larger record has a chunk of its own. */
    static final int CHUNK_BYTES = 256 * 1024;

    private final Connections connections;
    private final KnownPlaces places = new KnownPlaces();

    /**
     * The schema must be there; the data source stays the caller's to close.
     *
     * @param afterFailure called when the store did not answer, to drop connections that may be dead
     */
    public TableTranscriptLog(DataSource dataSource, Runnable afterFailure) {
        this.connections = new Connections(dataSource, afterFailure);
    }

    @Override
    public Appender open(Lease lease) {
        return new TableAppender(lease, connections.with(connection -> lastSeq(connection, lease.task())));
    }

    private static long lastSeq(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, LAST, row -> row.getLong("last_seq"), task.value())
                .orElse(0L);
    }

    private static final String LAST = """
            SELECT last_seq FROM transcript_chunk WHERE task = ? ORDER BY task DESC, first_seq DESC FETCH FIRST 1 ROW ONLY
            """;

    /** Locks the task's row, so that no successor can begin to write before this is committed. */
    private static final String APPEND = """
            INSERT INTO transcript_chunk (task, first_seq, last_seq, records, output_bytes)
            SELECT id, CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bytea), CAST(? AS int) FROM task
            """ + Leases.HELD + """
               AND COALESCE((SELECT last_seq FROM transcript_chunk WHERE task = ?
                              ORDER BY task DESC, first_seq DESC FETCH FIRST 1 ROW ONLY), 0) < ?
               FOR UPDATE
            """;

    @Override
    public Reader read(TaskId task, long after) {
        return new TableReader(task, after);
    }

    @Override
    public OutputPlace seek(TaskId task, long offset) {
        OutputPlace from = places.atOffset(task, offset);
        OutputPlace found = connections.with(connection -> seek(connection, task, from, offset));
        places.add(task, found);
        return found;
    }

    private static final String SIZES = """
            SELECT first_seq, last_seq, output_bytes FROM transcript_chunk
             WHERE task = ? AND first_seq > ?
             ORDER BY task, first_seq
            """;

    /** A chunk without what it has in it. */
    private record Chunk(long first, long last, Optional<Integer> outputBytes) {
        static Chunk of(ResultSet row) throws SQLException {
            return new Chunk(row.getLong("first_seq"), row.getLong("last_seq"), Sql.number(row, "output_bytes"));
        }
    }

    private static OutputPlace seek(Connection connection, TaskId task, OutputPlace from, long offset)
            throws SQLException {
        OutputPlace at = from;
        for (Chunk chunk : Sql.query(connection, SIZES, Chunk::of, task.value(), from.after())) {
            long end = at.offset() + outputBytes(connection, task, chunk);
            if (end > offset) {
                return at;
            }
            at = new OutputPlace(chunk.last(), end, 0);
        }
        return at;
    }

    /** The version before did not write how much it is. */
    private static long outputBytes(Connection connection, TaskId task, Chunk chunk) throws SQLException {
        if (chunk.outputBytes().isPresent()) {
            return chunk.outputBytes().get();
        }
        return Sql.first(
                        connection,
                        "SELECT records FROM transcript_chunk WHERE task = ? AND first_seq = ?",
                        row -> outputBytes(RecordBlock.decode(row.getBytes("records"), 0)),
                        task.value(),
                        chunk.first())
                .orElse(0);
    }

    private static int outputBytes(List<TranscriptRecord> records) {
        return records.stream()
                .filter(record -> record.kind() == Kind.OUTPUT)
                .mapToInt(record -> record.bytes().length)
                .sum();
    }

    @Override
    public boolean delete(TaskId task) {
        places.forget(task);
        return connections.with(connection ->
                        Sql.update(connection, "DELETE FROM transcript_chunk WHERE task = ?", task.value()))
                > 0;
    }

    private final class TableAppender implements Appender {

        private final Lease lease;
        private long lastSeq;

        TableAppender(Lease lease, long lastSeq) {
            this.lease = lease;
            this.lastSeq = lastSeq;
        }

        @Override
        public long lastSeq() {
            return lastSeq;
        }

        @Override
        public boolean append(List<TranscriptRecord> records) {
            if (records.isEmpty()) {
                return true;
            }
            boolean held =
                    connections.with(connection -> appendChunk(connection, records) || appendHeld(connection, records));
            lastSeq = held ? records.getLast().seq() : lastSeq;
            return held;
        }

        /** What nearly every call is: one statement that is its own transaction. False: it takes a closer look. */
        private boolean appendChunk(Connection connection, List<TranscriptRecord> records) throws SQLException {
            List<List<TranscriptRecord>> chunks = chunks(records);
            if (chunks.size() != 1) {
                return false;
            }
            int rows = Sql.update(
                    connection,
                    APPEND,
                    records.getFirst().seq(),
                    records.getLast().seq(),
                    RecordBlock.encode(records),
                    outputBytes(records),
                    lease.task().value(),
                    lease.epoch(),
                    lease.holder().value(),
                    lease.task().value(),
                    records.getFirst().seq());
            return rows == 1;
        }

        private boolean appendHeld(Connection connection, List<TranscriptRecord> records) throws SQLException {
            connection.setAutoCommit(false);
            try {
                boolean held = isHeld(connection);
                if (held) {
                    insert(connection, notWritten(connection, records));
                }
                connection.commit();
                return held;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }

        /** Locks the row, so that no successor can begin to write before this transaction's end. */
        private boolean isHeld(Connection connection) throws SQLException {
            return Sql.first(
                            connection,
                            "SELECT id FROM task" + Leases.HELD + " FOR UPDATE",
                            TaskRow::id,
                            lease.task().value(),
                            lease.epoch(),
                            lease.holder().value())
                    .isPresent();
        }

        /** An earlier try may have been committed although its reply was lost. */
        private List<TranscriptRecord> notWritten(Connection connection, List<TranscriptRecord> records)
                throws SQLException {
            long last = TableTranscriptLog.lastSeq(connection, lease.task());
            return records.stream().filter(record -> record.seq() > last).toList();
        }

        private void insert(Connection connection, List<TranscriptRecord> records) throws SQLException {
            List<Object[]> rows = new ArrayList<>();
            for (List<TranscriptRecord> chunk : chunks(records)) {
                rows.add(new Object[] {
                    lease.task().value(),
                    chunk.getFirst().seq(),
                    chunk.getLast().seq(),
                    RecordBlock.encode(chunk),
                    outputBytes(chunk)
                });
            }
            int[] inserted = Sql.updateEach(
                    connection,
                    "INSERT INTO transcript_chunk (task, first_seq, last_seq, records, output_bytes) VALUES (?, ?, ?, ?, ?)",
                    rows);
            if (inserted.length != rows.size()) {
                throw new IllegalStateException("wrote " + inserted.length + " chunks of " + rows.size());
            }
        }

        private static List<List<TranscriptRecord>> chunks(List<TranscriptRecord> records) {
            List<List<TranscriptRecord>> chunks = new ArrayList<>();
            int from = 0;
            int bytes = 0;
            for (int i = 0; i < records.size(); i++) {
                int size = RecordBlock.size(records.get(i));
                if (i > from && bytes + size > CHUNK_BYTES) {
                    chunks.add(records.subList(from, i));
                    from = i;
                    bytes = 0;
                }
                bytes += size;
            }
            if (from < records.size()) {
                chunks.add(records.subList(from, records.size()));
            }
            return chunks;
        }

        @Override
        public void close() {
            // nothing is held between two appends
        }
    }

    /** Holds one chunk, and no connection between two calls: a viewer may take its time. */
    private final class TableReader implements Reader {

        private final TaskId task;
        private final ArrayDeque<TranscriptRecord> fetched = new ArrayDeque<>();
        private long after;

        TableReader(TaskId task, long after) {
            this.task = task;
            this.after = after;
        }

        @Override
        public List<TranscriptRecord> next(int maxBytes) {
            if (fetched.isEmpty()) {
                fetch();
            }
            List<TranscriptRecord> next = new ArrayList<>();
            int bytes = 0;
            while (!fetched.isEmpty() && (next.isEmpty() || bytes + RecordBlock.size(fetched.getFirst()) <= maxBytes)) {
                bytes += RecordBlock.size(fetched.getFirst());
                next.add(fetched.removeFirst());
            }
            return next;
        }

        private static final String FETCH = """
                SELECT records FROM transcript_chunk
                 WHERE task = ?
                   AND first_seq >= (SELECT COALESCE(MAX(first_seq), 0) FROM transcript_chunk
                                      WHERE task = ? AND first_seq <= ?)
                   AND last_seq > ?
                 ORDER BY task, first_seq
                 FETCH FIRST ROW ONLY
                """;

        private void fetch() {
            List<byte[]> chunks = connections.with(connection -> Sql.query(
                    connection, FETCH, row -> row.getBytes("records"), task.value(), task.value(), after + 1, after));
            chunks.forEach(chunk -> fetched.addAll(RecordBlock.decode(chunk, after)));
            if (!fetched.isEmpty()) {
                after = fetched.getLast().seq();
            }
        }

        @Override
        public void close() {
            fetched.clear();
        }
    }
}
