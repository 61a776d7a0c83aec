package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.SessionUse;

/** Statements that only read, on behalf of a tenant. */
final class TenantReads {

    private static final int AT_ONCE = 500;

    private TenantReads() {}

    /**
     * Finds a row by its id, which one index does. The tenant is an expression so that no plan goes by it: with the status
     * it looks as good to PostgreSQL where the statistics know of no such task, and a tenant may have 100,000 by then.
     */
    static final String OWN = " WHERE id = ? AND tenant || '' = ?";

    static final String FIND = "SELECT * FROM task" + OWN;

    static Optional<Task> find(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        return Sql.first(connection, FIND, TaskRow::task, task.value(), tenant.name());
    }

    static boolean exists(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        return Sql.first(connection, "SELECT id FROM task" + OWN, TaskRow::id, task.value(), tenant.name())
                .isPresent();
    }

    static final String OPEN = "SELECT id FROM task WHERE id IN (?" + ", ?".repeat(AT_ONCE - 1)
            + ") AND tenant || '' = ? AND status IN ('pending', 'running')";

    /** The statement is the same for any number, so that the database keeps one plan: the last id fills it up. */
    static Set<TaskId> open(Connection connection, Tenant tenant, Collection<TaskId> tasks) throws SQLException {
        Set<TaskId> open = new HashSet<>();
        List<TaskId> all = List.copyOf(tasks);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            Object[] parameters = new Object[AT_ONCE + 1];
            for (int i = 0; i < AT_ONCE; i++) {
                parameters[i] = all.get(Math.min(from + i, all.size() - 1)).value();
            }
            parameters[AT_ONCE] = tenant.name();
            open.addAll(Sql.query(connection, OPEN, TaskRow::id, parameters));
        }
        return open;
    }

    static final String FIRST_IN_SESSION = """
            SELECT task.tenant FROM attempt JOIN task ON task.id = attempt.task
             WHERE attempt.session_id = ?
             ORDER BY attempt.session_id, attempt.started_at
             FETCH FIRST 1 ROW ONLY
            """;

    /** A version before the ledger wrote no attempts, and knew no tenants: all tasks of such a session are one's. */
    static final String NAMES_SESSION = "SELECT tenant FROM task WHERE session_id = ? FETCH FIRST 1 ROW ONLY";

    static SessionUse use(Connection connection, Tenant tenant, UUID session) throws SQLException {
        Optional<String> first =
                Sql.first(connection, FIRST_IN_SESSION, row -> row.getString("tenant"), session.toString());
        if (first.isEmpty()) {
            first = Sql.first(connection, NAMES_SESSION, row -> row.getString("tenant"), session.toString());
        }
        return first.map(owner -> owner.equals(tenant.name()) ? SessionUse.OWN : SessionUse.ANOTHERS)
                .orElse(SessionUse.UNKNOWN);
    }
}
