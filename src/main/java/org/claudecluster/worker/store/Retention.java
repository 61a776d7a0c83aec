package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.TaskId;

/** Statements of retention. Safe to run concurrently: each row is deleted by exactly one replica. */
final class Retention {

    private Retention() {}

    private static final String ENDED = """
            finished_at < CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)
            """;

    static final String STALE = "SELECT id FROM task WHERE transcript_gone = FALSE AND " + ENDED
            + " ORDER BY transcript_gone, finished_at FETCH FIRST ? ROWS ONLY";

    static List<TaskId> expireTranscripts(Connection connection, Duration age, int limit) throws SQLException {
        List<TaskId> expired = new ArrayList<>();
        for (TaskId id : Sql.query(connection, STALE, TaskRow::id, seconds(age), limit)) {
            int rows = Sql.update(
                    connection,
                    "UPDATE task SET transcript_gone = TRUE WHERE id = ? AND transcript_gone = FALSE AND " + ENDED,
                    id.value(),
                    seconds(age));
            if (rows == 1) {
                expired.add(id);
            }
        }
        return expired;
    }

    static final String OLD = "SELECT id FROM task WHERE transcript_gone = ? AND " + ENDED
            + " ORDER BY transcript_gone, finished_at FETCH FIRST ? ROWS ONLY";

    static List<TaskId> purge(Connection connection, Duration age, int limit) throws SQLException {
        List<TaskId> purged = purge(connection, true, age, limit);
        purged.addAll(purge(connection, false, age, limit - purged.size()));
        return purged;
    }

    private static List<TaskId> purge(Connection connection, boolean transcriptGone, Duration age, int limit)
            throws SQLException {
        List<TaskId> purged = new ArrayList<>();
        for (TaskId id : Sql.query(connection, OLD, TaskRow::id, transcriptGone, seconds(age), limit)) {
            int rows = Sql.update(connection, "DELETE FROM task WHERE id = ? AND " + ENDED, id.value(), seconds(age));
            if (rows == 1) {
                Attempts.delete(connection, id);
                purged.add(id);
            }
        }
        return purged;
    }

    private static int seconds(Duration age) {
        return Math.toIntExact(age.toSeconds());
    }
}
