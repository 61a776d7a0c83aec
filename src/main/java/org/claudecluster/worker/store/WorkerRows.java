package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.Sql.update;

import java.sql.Connection;
import java.sql.SQLException;
import org.claudecluster.worker.task.WorkerId;

/** The statements on {@code worker}. */
final class WorkerRows {

    private WorkerRows() {}

    static int announce(Connection connection, WorkerId worker, String name, boolean draining) throws SQLException {
        int known = update(
                connection,
                "UPDATE worker SET name = ?, draining = ?, last_seen = CURRENT_TIMESTAMP WHERE id = ?",
                name,
                draining,
                worker.value());
        if (known == 1) {
            return known;
        }
        update(connection, "DELETE FROM worker WHERE last_seen < CURRENT_TIMESTAMP - INTERVAL '1' DAY");
        // Nobody else writes this row: the id is this process's own.
        return update(
                connection,
                "INSERT INTO worker (id, name, draining, last_seen) VALUES (?, ?, ?, CURRENT_TIMESTAMP)",
                worker.value(),
                name,
                draining);
    }

    static int leave(Connection connection, WorkerId worker) throws SQLException {
        return update(connection, "DELETE FROM worker WHERE id = ?", worker.value());
    }
}
