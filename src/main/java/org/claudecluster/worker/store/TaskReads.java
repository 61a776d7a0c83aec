package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.StopRequest;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.WorkerId;

/** Every statement that only reads. */
final class TaskReads {

    private TaskReads() {}

    static Optional<Task> find(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT * FROM task WHERE id = ?", TaskRow::task, task.value());
    }

    /** Of a task that is there. */
    static TaskStatus status(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT status FROM task WHERE id = ?", TaskRow::status, task.value())
                .orElseThrow();
    }

    static boolean exists(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT id FROM task WHERE id = ?", TaskRow::id, task.value())
                .isPresent();
    }

    /** Its spec has the id; so may its metadata, wherefore it is looked at whole. */
    static Optional<TaskId> openFollowUp(Connection connection, TaskId workspace) throws SQLException {
        return Sql.query(
                        connection,
                        "SELECT * FROM task WHERE status IN ('pending', 'running') AND spec LIKE ?",
                        TaskRow::task,
                        "%" + workspace + "%")
                .stream()
                .filter(task ->
                        task.spec().continues().isPresent() && task.workspace().equals(workspace))
                .map(Task::id)
                .findFirst();
    }

    /** A task that has never run has its session in its spec only. */
    static boolean namesSession(Connection connection, UUID session) throws SQLException {
        return Sql.first(connection, "SELECT id FROM task WHERE session_id = ?", TaskRow::id, session.toString())
                        .isPresent()
                || Sql.first(
                                connection,
                                "SELECT id FROM task WHERE status = 'pending' AND spec LIKE ?",
                                TaskRow::id,
                                "%" + session + "%")
                        .isPresent();
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

    /** Both from one index. What is not due yet has its turn in the future: then nothing has waited. */
    static final String DEPTH = """
            SELECT COUNT(*) AS pending,
                   (EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) - EXTRACT(EPOCH FROM MIN(open_at))) * 1000 AS oldest
              FROM task WHERE status = 'pending'
            """;

    static QueueDepth depth(Connection connection) throws SQLException {
        return Sql.first(
                        connection,
                        DEPTH,
                        row -> new QueueDepth(
                                row.getLong("pending"), Duration.ofMillis(Math.max(0, row.getLong("oldest")))))
                .orElse(QueueDepth.EMPTY);
    }
}
