package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskFilter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;

/** Every statement that only reads. */
final class TaskReads {

    private TaskReads() {}

    static Optional<Task> find(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT * FROM task WHERE id = ?", TaskRow::task, task.value());
    }

    static boolean exists(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT id FROM task WHERE id = ?", TaskRow::id, task.value())
                .isPresent();
    }

    static List<Task> list(Connection connection, TaskFilter filter) throws SQLException {
        StringBuilder where = new StringBuilder("SELECT * FROM task WHERE 1 = 1");
        List<Object> parameters = new ArrayList<>();
        filter.status().ifPresent(status -> {
            where.append(" AND status = ?");
            parameters.add(status.wire());
        });
        filter.worker().ifPresent(worker -> {
            where.append(" AND (wanted_worker = ? OR worker = ?)");
            parameters.add(worker);
            parameters.add(worker);
        });
        for (Map.Entry<String, String> label : filter.labels().entrySet()) {
            where.append(" AND id IN (SELECT task_id FROM task_label WHERE name = ? AND content = ?)");
            parameters.add(label.getKey());
            parameters.add(label.getValue());
        }
        filter.after().ifPresent(after -> {
            where.append(" AND enqueue_no < (SELECT enqueue_no FROM task WHERE id = ?)");
            parameters.add(after.value());
        });
        where.append(" ORDER BY enqueue_no DESC FETCH FIRST ? ROWS ONLY");
        parameters.add(filter.limit());
        return Sql.query(connection, where.toString(), TaskRow::task, parameters.toArray());
    }

    static List<TaskId> cancelRequests(Connection connection, WorkerId holder) throws SQLException {
        return Sql.query(
                connection,
                "SELECT id FROM task WHERE status = 'running' AND worker = ? AND cancel_requested_at IS NOT NULL",
                TaskRow::id,
                holder.value());
    }

    static QueueDepth depth(Connection connection) throws SQLException {
        return Sql.first(
                        connection,
                        """
                        SELECT COUNT(*) AS pending,
                               CAST(COALESCE(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP)
                                    - EXTRACT(EPOCH FROM MIN(CASE WHEN not_before IS NULL THEN created_at
                                                                  ELSE not_before END)), 0) * 1000 AS bigint) AS oldest
                          FROM task WHERE status = 'pending'
                        """,
                        row -> new QueueDepth(
                                row.getLong("pending"), Duration.ofMillis(Math.max(0, row.getLong("oldest")))))
                .orElse(QueueDepth.EMPTY);
    }
}
