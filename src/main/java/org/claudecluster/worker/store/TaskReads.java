package org.claudecluster.worker.store;

import static java.util.Collections.nCopies;
import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.QueueDepth;
import org.claudecluster.worker.task.store.StopRequest;

/** Statements that only read, of whatever tenant: none is on behalf of a caller. */
final class TaskReads {

    private TaskReads() {}

    static Optional<Task> findOfAnyTenant(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT * FROM task WHERE id = ?", TaskRow::task, task.value());
    }

    static Set<TaskId> missing(Connection connection, Collection<TaskId> tasks) throws SQLException {
        Set<TaskId> missing = new HashSet<>(tasks);
        if (!missing.isEmpty()) {
            String sql = "SELECT id FROM task WHERE id IN (" + String.join(", ", nCopies(missing.size(), "?")) + ")";
            Object[] ids = missing.stream().map(TaskId::value).toArray();
            missing.removeAll(Set.copyOf(Sql.query(connection, sql, TaskRow::id, ids)));
        }
        return missing;
    }

    static final String STOP_REQUESTS = """
            SELECT id, cancel_requested_at FROM task
             WHERE status = 'running' AND worker = ?
               AND (cancel_requested_at IS NOT NULL OR interrupt_requested_at IS NOT NULL)
            """;

    static List<StopRequest> stopRequests(Connection connection, WorkerId holder) throws SQLException {
        return Sql.query(connection, STOP_REQUESTS, TaskReads::stopRequest, holder.value());
    }

    private static StopRequest stopRequest(ResultSet row) throws SQLException {
        boolean cancelled = Sql.time(row, "cancel_requested_at").isPresent();
        return new StopRequest(TaskRow.id(row), cancelled ? StopRequest.Wish.CANCEL : StopRequest.Wish.INTERRUPT);
    }

    static final String LONGEST_WAITING = Arrays.stream(Place.values())
            .map(place ->
                    "(SELECT open_at FROM task WHERE " + place.waiting() + Place.BY_TIME + " FETCH FIRST 1 ROW ONLY)")
            .collect(joining(" UNION ALL "));

    /**
     * Both from one index: its entries are counted, and the first of each place is read. What is not due yet is open in
     * the future: then nothing has waited.
     */
    static final String DEPTH = """
            SELECT (SELECT COUNT(*) FROM task WHERE status = 'pending') AS pending,
                   (EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) - EXTRACT(EPOCH FROM MIN(open_at))) * 1000 AS oldest
              FROM (%s) AS first_of_each
            """.formatted(LONGEST_WAITING);

    static QueueDepth depth(Connection connection) throws SQLException {
        return Sql.first(
                        connection,
                        DEPTH,
                        row -> new QueueDepth(
                                row.getLong("pending"), Duration.ofMillis(Math.max(0, row.getLong("oldest")))))
                .orElse(QueueDepth.EMPTY);
    }
}
