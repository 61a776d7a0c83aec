package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.count;
import static org.claudecluster.worker.store.database.Sql.text;
import static org.claudecluster.worker.store.database.Sql.time;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.jspecify.annotations.Nullable;

/**
 * The ledger: a row for each claim. INVARIANT: a row is begun and ended in the transaction that moves its task, after
 * the statement whose row count says that it did. A version before the ledger that shares the store writes none, so a
 * row that should be there may be missing, and one may look as if it still ran.
 */
final class Attempts {

    private Attempts() {}

    private static final String BEGIN = """
            INSERT INTO attempt (task, epoch, attempt, worker, executor_type, session_id, resumed, first_id, started_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    /** Of tasks that were claimed just now. */
    static void begin(Connection connection, List<Task> claimed) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>(claimed.size());
        for (Task task : claimed) {
            rows.add(new @Nullable Object[] {
                task.id().value(),
                task.epoch(),
                task.attempt(),
                task.lease().holder().value(),
                task.executorType().orElse(null),
                task.sessionId().orElse(null),
                task.resumed(),
                EventIds.first(task.epoch()),
                time(task.startedAt())
            });
        }
        Sql.updateEach(connection, BEGIN, rows);
    }

    private static final String END = """
            UPDATE attempt
               SET ended_at = CURRENT_TIMESTAMP, end_kind = ?, reason = ?, message = ?, last_id = ?,
                   exit_code = ?, exit_signal = ?, cost_micros = ?, reported_micros = ?, session_tokens = ?,
                   input_tokens = ?, output_tokens = ?, cache_read_tokens = ?, cache_creation_tokens = ?,
                   peak_memory = ?, cpu_ms = ?, peak_processes = ?
             WHERE task = ? AND epoch = ? AND ended_at IS NULL
            """;

    /**
     * Of a task that was moved just now.
     *
     * @param lastId number of the attempt's last event
     */
    static void end(Connection connection, Lease lease, AttemptEnd end, Optional<Long> lastId) throws SQLException {
        Account account = end.account();
        Spent spent = account.spent();
        Optional<Usage> usage = spent.usage();
        Optional<Footprint> used = account.footprint();
        Sql.update(
                connection,
                END,
                end.kind().wire(),
                end.reason().orElse(null),
                end.message().orElse(null),
                lastId.orElse(null),
                TaskWrites.exitCode(account.ending()),
                TaskWrites.signal(account.ending()),
                spent.micros().orElse(null),
                spent.report().map(CostReport::micros).orElse(null),
                spent.report().flatMap(CostReport::tokens).orElse(null),
                usage.map(Usage::inputTokens).orElse(null),
                usage.map(Usage::outputTokens).orElse(null),
                usage.map(Usage::cacheReadTokens).orElse(null),
                usage.map(Usage::cacheCreationTokens).orElse(null),
                used.map(Footprint::peakMemoryBytes).orElse(null),
                used.map(seen -> seen.cpu().toMillis()).orElse(null),
                used.map(Footprint::peakProcesses).orElse(null),
                lease.task().value(),
                lease.epoch());
    }

    static void delete(Connection connection, TaskId task) throws SQLException {
        Sql.update(connection, "DELETE FROM attempt WHERE task = ?", task.value());
    }

    /** A row that nobody ended although its task has moved on was left by a version before the ledger. */
    static final String OF_TASK = """
            SELECT attempt.*, COALESCE(task.finished_at, attempt.started_at) AS moved_at,
                   CASE WHEN task.status = 'running' AND task.epoch = attempt.epoch THEN TRUE ELSE FALSE END AS is_held
              FROM attempt JOIN task ON task.id = attempt.task
             WHERE attempt.task = ? AND task.tenant = ?
             ORDER BY attempt.task, attempt.epoch
            """;

    /** Without what can't be read. */
    static List<Attempt> of(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        List<Optional<Attempt>> rows = Sql.query(
                connection,
                OF_TASK,
                row -> Salvage.optional(() -> Optional.of(attempt(row))),
                task.value(),
                tenant.name());
        return rows.stream().flatMap(Optional::stream).toList();
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        return new Attempt(
                new Lease(
                        new TaskId(row.getObject("task", UUID.class)),
                        new WorkerId(row.getString("worker")),
                        row.getLong("epoch")),
                row.getInt("attempt"),
                text(row, "executor_type"),
                text(row, "session_id"),
                row.getBoolean("resumed"),
                time(row, "started_at").orElseThrow(),
                ended(row));
    }

    private static Optional<Attempt.Ended> ended(ResultSet row) throws SQLException {
        Optional<Instant> at = time(row, "ended_at");
        if (at.isPresent()) {
            AttemptEnd.Kind kind = AttemptEnd.Kind.ofWire(row.getString("end_kind"));
            AttemptEnd how = new AttemptEnd(kind, text(row, "reason"), text(row, "message"), account(row));
            return Optional.of(new Attempt.Ended(at.get(), how));
        }
        if (row.getBoolean("is_held")) {
            return Optional.empty();
        }
        AttemptEnd lost = new AttemptEnd(AttemptEnd.Kind.LOST, Optional.empty(), Optional.empty(), Account.NONE);
        return Optional.of(new Attempt.Ended(time(row, "moved_at").orElseThrow(), lost));
    }

    private static Account account(ResultSet row) throws SQLException {
        Optional<Long> tokens = count(row, "session_tokens");
        return new Account(
                count(row, "last_id"),
                TaskRow.ending(row),
                new Spent(
                        count(row, "cost_micros"),
                        count(row, "reported_micros").map(micros -> new CostReport(micros, tokens)),
                        usage(row)),
                TaskRow.footprint(row));
    }

    private static Optional<Usage> usage(ResultSet row) throws SQLException {
        Optional<Long> input = count(row, "input_tokens");
        return input.isEmpty()
                ? Optional.empty()
                : Optional.of(new Usage(
                        input.get(),
                        row.getLong("output_tokens"),
                        row.getLong("cache_read_tokens"),
                        row.getLong("cache_creation_tokens")));
    }

    /** One that told nothing says nothing of the session; neither does a claim that told no cost, such as this one. */
    static final String LAST_OF_SESSION = """
            SELECT reported_micros, session_tokens FROM attempt
             WHERE session_id = ? AND reported_micros > 0
             ORDER BY session_id DESC, started_at DESC
             FETCH FIRST 1 ROW ONLY
            """;

    private static final String SUMS = """
            SELECT SUM(cost_micros) AS cost, SUM(input_tokens) AS input, SUM(output_tokens) AS output,
                   SUM(cache_read_tokens) AS cache_read, SUM(cache_creation_tokens) AS cache_creation
              FROM attempt
            """;
    private static final String OF_TASK_SO_FAR = SUMS + " WHERE task = ?";
    static final String OF_SESSION_SO_FAR = SUMS + " WHERE session_id = ?";

    static SpentBefore before(Connection connection, Task claimed) throws SQLException {
        Optional<CostReport> session = lastOfSession(connection, claimed);
        Usage inSession = Sql.first(
                        connection,
                        OF_SESSION_SO_FAR,
                        Attempts::usageSoFar,
                        claimed.sessionId().orElse(null))
                .orElseThrow();
        return Sql.first(
                        connection,
                        OF_TASK_SO_FAR,
                        row -> new SpentBefore(session, inSession, sum(row, "cost"), usageSoFar(row)),
                        claimed.id().value())
                .orElseThrow();
    }

    private static Optional<CostReport> lastOfSession(Connection connection, Task claimed) throws SQLException {
        Optional<CostReport> told = Sql.first(
                connection,
                LAST_OF_SESSION,
                row -> new CostReport(row.getLong("reported_micros"), count(row, "session_tokens")),
                claimed.sessionId().orElse(null));
        Optional<TaskId> earlier = claimed.spec().continues().map(Continuation::task);
        return told.isPresent() || earlier.isEmpty() ? told : beforeTheLedger(connection, earlier.get());
    }

    private static final String ANY_OF_TASK = "SELECT task FROM attempt WHERE task = ? FETCH FIRST 1 ROW ONLY";

    /** A task that a version before the ledger ran: its result has what the CLI told. */
    private static Optional<CostReport> beforeTheLedger(Connection connection, TaskId task) throws SQLException {
        return Sql.first(connection, ANY_OF_TASK, row -> true, task.value()).isEmpty()
                ? TaskReads.findOfAnyTenant(connection, task)
                        .flatMap(Task::result)
                        .map(TaskResult::costUsd)
                        .flatMap(CostReport::micros)
                        .map(micros -> new CostReport(micros, Optional.empty()))
                : Optional.empty();
    }

    private static Usage usageSoFar(ResultSet row) throws SQLException {
        return new Usage(sum(row, "input"), sum(row, "output"), sum(row, "cache_read"), sum(row, "cache_creation"));
    }

    /** A sum of longs may be more than one. */
    private static long sum(ResultSet row, String column) throws SQLException {
        BigDecimal sum = row.getBigDecimal(column);
        return sum == null
                ? 0
                : sum.max(BigDecimal.ZERO)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValue();
    }
}
