package org.claudecluster.worker.store;

import static java.util.Collections.nCopies;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.claudecluster.worker.task.store.TaskPage.Listed;
import org.claudecluster.worker.task.store.TaskPart;

/**
 * Reads pages of tasks. The first statement weighs the rows, the second reads those that fit: a driver holds all rows
 * of an answer at once, and 500 tasks may have a gigabyte.
 */
final class TaskLists {

    private static final String COLUMNS = """
            SELECT id, tenant, submitted_by, status, spec, wanted_worker, require_worker, priority, timeout_ms,
                   max_attempts, not_before, created_at, started_at, finished_at, attempt, epoch, worker, executor_type, session_id, resumed, home,
                   cancel_requested_at, park_reason, park_message, parks, parked_since, transcript_gone, complete_id,
                   output_bytes, last_output_at, turns, peak_memory, cpu_ms, peak_processes,
                   exit_code, exit_signal, reason, exact_reason, message, result,
            """;

    /** One more than a reader gets, so that it is known whether there are more. */
    private static final String PROMPT_START = " SUBSTRING(prompt FROM 1 FOR " + (TaskPage.START + 1) + ") AS prompt";

    private static final String WEIGHT =
            "SELECT enqueue_no, id, OCTET_LENGTH(spec) + COALESCE(OCTET_LENGTH(result), 0)";

    private TaskLists() {}

    /** A row by its place in the list. */
    private record Weighed(long place, TaskId id, long bytes) {}

    static TaskPage page(Connection connection, Tenant tenant, TaskFilter filter, Set<TaskPart> whole)
            throws SQLException {
        List<Object> parameters = new ArrayList<>();
        String weights = weights(tenant, filter, whole, parameters);
        List<Weighed> found = Sql.query(connection, weights, TaskLists::weighed, parameters.toArray());
        List<Weighed> fitting = found.subList(0, fitting(found, filter.limit()));
        if (fitting.isEmpty()) {
            return new TaskPage(List.of(), Optional.empty());
        }
        parameters.clear();
        String rows = rows(tenant, filter, whole, fitting, parameters);
        List<Listed> tasks = Sql.query(connection, rows, row -> listed(row, whole), parameters.toArray());
        boolean more = found.size() > fitting.size();
        return new TaskPage(tasks, more ? Optional.of(fitting.getLast().id()) : Optional.empty());
    }

    private static Weighed weighed(ResultSet row) throws SQLException {
        return new Weighed(row.getLong("enqueue_no"), TaskRow.id(row), row.getLong("bytes"));
    }

    /** How many of the first may be read together: one at least. */
    private static int fitting(List<Weighed> found, int limit) {
        int most = Math.min(limit, found.size());
        long bytes = 0;
        for (int i = 0; i < most; i++) {
            bytes += found.get(i).bytes();
            if (i > 0 && bytes > TaskPage.MAX_BYTES) {
                return i;
            }
        }
        return most;
    }

    private static Listed listed(ResultSet row, Set<TaskPart> whole) throws SQLException {
        boolean promptCut =
                !whole.contains(TaskPart.PROMPT) && row.getString("prompt").length() > TaskPage.START;
        Task task = promptCut ? TaskRow.withStartOfPrompt(row) : TaskRow.task(row);
        return whole.contains(TaskPart.RESULT)
                ? new Listed(task, promptCut, false)
                : Listed.withoutResult(task, promptCut);
    }

    /** The statement that weighs what the filter wants, and one row more; its parameters are added to the list. */
    static String weights(Tenant tenant, TaskFilter filter, Set<TaskPart> whole, List<Object> parameters) {
        String prompt = whole.contains(TaskPart.PROMPT) ? " + OCTET_LENGTH(prompt)" : " + " + TaskPage.START;
        StringBuilder sql = new StringBuilder(WEIGHT).append(prompt).append(" AS bytes");
        where(sql, tenant, filter, parameters);
        inOrder(sql, filter);
        parameters.add(filter.limit() + 1);
        return sql.toString();
    }

    /**
     * Those rows and no others, as far as they still match: of one that came to match meanwhile nobody knows how long it
     * is, and it would stand in place of another, which no page would have.
     */
    private static String rows(
            Tenant tenant, TaskFilter filter, Set<TaskPart> whole, List<Weighed> weighed, List<Object> parameters) {
        String prompt = whole.contains(TaskPart.PROMPT) ? " prompt" : PROMPT_START;
        StringBuilder sql = new StringBuilder(COLUMNS).append(prompt);
        where(sql, tenant, filter, parameters);
        sql.append(" AND enqueue_no IN (")
                .append(String.join(", ", nCopies(weighed.size(), "?")))
                .append(')');
        weighed.forEach(row -> parameters.add(row.place()));
        inOrder(sql, filter);
        parameters.add(weighed.size());
        return sql.toString();
    }

    private static void where(StringBuilder sql, Tenant tenant, TaskFilter filter, List<Object> parameters) {
        sql.append(" FROM task WHERE tenant = ?");
        parameters.add(tenant.name());
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
    }

    /** Tenant and status say nothing here, but H2 reads an index in order only when the clause names all columns. */
    private static void inOrder(StringBuilder sql, TaskFilter filter) {
        sql.append(" ORDER BY tenant DESC, ")
                .append(filter.status().isPresent() ? "status DESC, " : "")
                .append("enqueue_no DESC FETCH FIRST ? ROWS ONLY");
    }

    /**
     * The last task of the page before may have been deleted since: then its next younger one marks the place, whosever
     * it is. Nothing of that one is told, and a list is in order of time, as ids are.
     */
    private static final String OLDER = """
             AND enqueue_no < COALESCE(
                 (SELECT enqueue_no FROM task WHERE id >= ? ORDER BY id FETCH FIRST 1 ROW ONLY), 9223372036854775807)
            """;
}
