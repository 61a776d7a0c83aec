package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.StopRequest;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskFilter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.WorkerId;

/** Every statement that only reads. */
final class TaskReads {

    private static final int AT_ONCE = 500;
    private static final String OPEN =
            "SELECT id FROM task WHERE id IN (?" + ", ?".repeat(AT_ONCE - 1) + ") AND status IN ('pending', 'running')";

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

    /** The statement is the same for any number, so that the database keeps one plan: the last id fills it up. */
    static Set<TaskId> open(Connection connection, Collection<TaskId> tasks) throws SQLException {
        Set<TaskId> open = new HashSet<>();
        List<TaskId> all = List.copyOf(tasks);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            Object[] ids = new Object[AT_ONCE];
            for (int i = 0; i < AT_ONCE; i++) {
                ids[i] = all.get(Math.min(from + i, all.size() - 1)).value();
            }
            open.addAll(Sql.query(connection, OPEN, TaskRow::id, ids));
        }
        return open;
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

    static List<Task> list(Connection connection, TaskFilter filter) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        return Sql.query(connection, listing(filter, parameters), TaskRow::task, parameters.toArray());
    }

    /** The statement that lists what the filter wants; its parameters are added to the list. */
    static String listing(TaskFilter filter, List<Object> parameters) {
        StringBuilder sql = new StringBuilder("SELECT * FROM task WHERE 1 = 1");
        filter.status().ifPresent(status -> {
            sql.append(" AND status = ?");
            parameters.add(status.wire());
        });
        filter.worker().ifPresent(worker -> {
            sql.append(" AND (wanted_worker = ? OR worker = ?)");
            parameters.add(worker);
            parameters.add(worker);
        });
        for (Map.Entry<String, String> label : filter.labels().entrySet()) {
            sql.append(" AND id IN (SELECT task_id FROM task_label WHERE name = ? AND content = ?)");
            parameters.add(label.getKey());
            parameters.add(label.getValue());
        }
        filter.after().ifPresent(after -> {
            sql.append(OLDER);
            parameters.add(after.value());
        });
        // The status says nothing here, but H2 reads an index in order only when the clause names all its columns.
        sql.append(
                filter.status().isPresent() ? " ORDER BY status DESC, enqueue_no DESC" : " ORDER BY enqueue_no DESC");
        sql.append(" FETCH FIRST ? ROWS ONLY");
        parameters.add(filter.limit());
        return sql.toString();
    }

    /** The last task of the page before may have been deleted since: then its next younger one marks the place. */
    private static final String OLDER = """
             AND enqueue_no < COALESCE(
                 (SELECT enqueue_no FROM task WHERE id >= ? ORDER BY id FETCH FIRST 1 ROW ONLY), 9223372036854775807)
            """;

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
