package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskStatus;
import org.jspecify.annotations.Nullable;

/** The statements on {@code task_need}: which tasks that have not ended go on with a workspace or a session. */
final class Needs {

    private Needs() {}

    private enum Kind {
        WORKSPACE,
        SESSION;

        String stored() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of a task that is written just now. */
    static void write(Connection connection, TaskId task, TaskSpec spec) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        spec.continues()
                .ifPresent(chain -> rows.add(new @Nullable Object[] {
                    task.value(), Kind.WORKSPACE.stored(), chain.workspace().value()
                }));
        spec.claude()
                .resumeSessionId()
                .ifPresent(session -> rows.add(new @Nullable Object[] {task.value(), Kind.SESSION.stored(), session}));
        Sql.updateEach(connection, "INSERT INTO task_need (task, kind, needed) VALUES (?, ?, ?)", rows);
    }

    private static final String NEEDS = """
            SELECT task.id FROM task_need JOIN task ON task.id = task_need.task
             WHERE task_need.needed = ? AND task_need.kind = ? AND task.status IN ('pending', 'running')
            """;

    static final String NEEDED_BY = NEEDS + " FETCH FIRST 1 ROW ONLY";

    static Optional<TaskId> openFollowUpOfAnyTenant(Connection connection, TaskId workspace) throws SQLException {
        Optional<TaskId> known =
                Sql.first(connection, NEEDED_BY, TaskRow::id, workspace.value(), Kind.WORKSPACE.stored());
        return known.isPresent() ? known : unknownFollowUp(connection, workspace, _ -> true);
    }

    static final String NEEDED_BY_OWN = NEEDS + " AND task.tenant = ? FETCH FIRST 1 ROW ONLY";

    static Optional<TaskId> openFollowUp(Connection connection, Tenant tenant, TaskId workspace) throws SQLException {
        Optional<TaskId> known = Sql.first(
                connection, NEEDED_BY_OWN, TaskRow::id, workspace.value(), Kind.WORKSPACE.stored(), tenant.name());
        return known.isPresent()
                ? known
                : unknownFollowUp(connection, workspace, task -> task.tenant().equals(tenant));
    }

    /** Its spec has the id; so may its metadata, wherefore it is looked at whole. */
    private static Optional<TaskId> unknownFollowUp(Connection connection, TaskId workspace, Predicate<Task> whose)
            throws SQLException {
        return unknownWith(connection, workspace.value()).stream()
                .filter(whose)
                .filter(task ->
                        task.spec().continues().isPresent() && task.workspace().equals(workspace))
                .map(Task::id)
                .findFirst();
    }

    private static final String SPEC_HOLDS = " AND spec LIKE ?";

    /**
     * What a version before wrote has it in the spec only: as a rule that is nothing, or little. Two lists, since H2 reads
     * far more for one.
     */
    static final List<String> UNKNOWN_WITH = List.of(
            "SELECT * FROM task WHERE " + Place.UNKNOWN.waiting() + SPEC_HOLDS,
            "SELECT * FROM task WHERE " + Place.UNKNOWN.with(TaskStatus.RUNNING) + SPEC_HOLDS);

    private static List<Task> unknownWith(Connection connection, UUID named) throws SQLException {
        List<Task> found = new ArrayList<>();
        for (String sql : UNKNOWN_WITH) {
            found.addAll(Sql.query(connection, sql, TaskRow::task, "%" + named + "%"));
        }
        return found;
    }

    static final String RAN_IN = "SELECT id FROM task WHERE session_id = ? FETCH FIRST 1 ROW ONLY";

    /** A task that has never run is in no session yet, but may need one. */
    static boolean namesSession(Connection connection, UUID session) throws SQLException {
        return Sql.first(connection, RAN_IN, TaskRow::id, session.toString()).isPresent()
                || Sql.first(connection, NEEDED_BY, TaskRow::id, session, Kind.SESSION.stored())
                        .isPresent()
                || !unknownWith(connection, session).isEmpty();
    }
}
