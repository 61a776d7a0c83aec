package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.update;
import static org.claudecluster.worker.store.database.Sql.updateEach;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.RegisteredWorker;
import org.claudecluster.worker.task.store.WorkerState;
import org.jspecify.annotations.Nullable;

/** The statements on {@code worker} and {@code worker_name}. */
final class WorkerRows {

    private WorkerRows() {}

    static int announce(Connection connection, WorkerState worker) throws SQLException {
        int known = update(
                connection,
                """
                UPDATE worker SET draining = ?, active_tasks = ?, last_seen = CURRENT_TIMESTAMP WHERE id = ?
                """,
                worker.draining(),
                worker.activeTasks(),
                worker.id().value());
        return known == 1 ? known : introduce(connection, worker);
    }

    /** Nobody else writes these rows: the id is this process's own. */
    private static int introduce(Connection connection, WorkerState worker) throws SQLException {
        update(connection, "DELETE FROM worker WHERE last_seen < CURRENT_TIMESTAMP - INTERVAL '1' DAY");
        int rows = update(
                connection,
                """
                INSERT INTO worker (id, name, version, slots, active_tasks, draining, last_seen)
                VALUES (?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP)
                """,
                worker.id().value(),
                worker.name(),
                worker.version(),
                worker.slots(),
                worker.activeTasks(),
                worker.draining());
        List<@Nullable Object[]> names = worker.names().stream()
                .map(name -> new @Nullable Object[] {worker.id().value(), name})
                .toList();
        updateEach(connection, "INSERT INTO worker_name (worker, name) VALUES (?, ?)", names);
        return rows;
    }

    static int leave(Connection connection, WorkerId worker) throws SQLException {
        Places.giveUp(connection, worker);
        return update(connection, "DELETE FROM worker WHERE id = ?", worker.value());
    }

    private static final String WORKERS = """
            SELECT worker.*, last_seen > CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int) AS alive
              FROM worker
             WHERE last_seen > CURRENT_TIMESTAMP - INTERVAL '1' DAY
             ORDER BY name, id
            """;

    static List<RegisteredWorker> workers(Connection connection, Duration lease) throws SQLException {
        Map<String, Set<String>> names = new HashMap<>();
        Sql.query(
                connection,
                "SELECT worker, name FROM worker_name",
                row -> names.computeIfAbsent(row.getString("worker"), _ -> new HashSet<>())
                        .add(row.getString("name")));
        return Sql.query(
                connection,
                WORKERS,
                row -> worker(row, names),
                Math.toIntExact(lease.plusMillis(999).toSeconds()));
    }

    private static RegisteredWorker worker(ResultSet row, Map<String, Set<String>> names) throws SQLException {
        String id = row.getString("id");
        WorkerState state = new WorkerState(
                new WorkerId(id),
                row.getString("name"),
                names.getOrDefault(id, Set.of()),
                row.getString("version"),
                row.getInt("slots"),
                row.getInt("active_tasks"),
                row.getBoolean("draining"));
        return new RegisteredWorker(state, Sql.time(row, "last_seen").orElseThrow(), row.getBoolean("alive"));
    }
}
