package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.Sql.time;
import static org.claudecluster.worker.store.Sql.update;
import static org.claudecluster.worker.store.Sql.updateEach;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.CancelAnswer;
import org.claudecluster.worker.task.DeleteAnswer;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Enqueued;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Footprint;
import org.claudecluster.worker.task.InterruptAnswer;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.jspecify.annotations.Nullable;

/** Every statement that changes a task. INVARIANT: the WHERE names what must be true; the row count is the answer. */
final class TaskWrites {

    private TaskWrites() {}

    static Enqueued enqueue(Connection connection, NewTask task) throws SQLException {
        Optional<NewTask.Idempotency> idempotency = task.idempotency();
        if (idempotency.isPresent()) {
            Optional<Enqueued> before = earlier(connection, idempotency.get());
            if (before.isPresent()) {
                return before.get();
            }
        }
        return new Enqueued.Created(Task.enqueued(task.id(), task.spec(), insert(connection, task)));
    }

    private static Optional<Enqueued> earlier(Connection connection, NewTask.Idempotency idempotency)
            throws SQLException {
        return Sql.first(
                connection,
                "SELECT * FROM task WHERE idempotency_key = ?",
                row -> idempotency.fingerprint().equals(row.getString("fingerprint"))
                        ? new Enqueued.Repeated(TaskRow.task(row))
                        : new Enqueued.KeyReused(TaskRow.id(row)),
                idempotency.key());
    }

    private static final String INSERT = """
            INSERT INTO task (id, status, priority, wanted_worker, require_worker, not_before, timeout_ms,
                              max_attempts, prompt, spec, idempotency_key, fingerprint, created_at,
                              attempt, epoch, output_bytes, turns)
            VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP, 0, 0, 0, 0)
            """;

    private static Instant insert(Connection connection, NewTask task) throws SQLException {
        TaskSpec spec = task.spec();
        Instant createdAt = Sql.insert(
                connection,
                INSERT,
                "created_at",
                task.id().value(),
                spec.priority(),
                spec.wantedWorker().orElse(null),
                spec.requireWorker(),
                time(spec.notBefore()),
                spec.timeout().toMillis(),
                spec.maxAttempts(),
                spec.prompt(),
                TaskJson.write(TaskJson.Rest.of(spec)),
                task.idempotency().map(NewTask.Idempotency::key).orElse(null),
                task.idempotency().map(NewTask.Idempotency::fingerprint).orElse(null));
        List<@Nullable Object[]> labels = new ArrayList<>(spec.labels().size());
        spec.labels()
                .forEach((name, content) ->
                        labels.add(new @Nullable Object[] {task.id().value(), name, content}));
        updateEach(connection, "INSERT INTO task_label (task_id, name, content) VALUES (?, ?, ?)", labels);
        return createdAt;
    }

    static boolean finish(Connection connection, Lease lease, Finish finish) throws SQLException {
        return 1
                == update(
                        connection,
                        """
                        UPDATE task
                           SET status = ?, finished_at = CURRENT_TIMESTAMP, lease_until = NULL,
                               output_bytes = ?, last_output_at = ?, turns = ?,
                               exit_code = ?, exit_signal = ?, reason = ?, message = ?, result = ?,
                               peak_memory = ?, cpu_ms = ?, peak_processes = ?
                        """ + Leases.HELD,
                        finish.outcome().status().wire(),
                        finish.progress().outputBytes(),
                        time(finish.progress().lastOutputAt()),
                        finish.progress().turns(),
                        exitCode(finish.outcome().ending()),
                        signal(finish.outcome().ending()),
                        finish.outcome().reason().map(reason -> reason.wire()).orElse(null),
                        finish.outcome().message().orElse(null),
                        finish.result().map(TaskJson::fitting).orElse(null),
                        finish.footprint().map(Footprint::peakMemoryBytes).orElse(null),
                        finish.footprint().map(used -> used.cpu().toMillis()).orElse(null),
                        finish.footprint().map(Footprint::peakProcesses).orElse(null),
                        lease.task().value(),
                        lease.epoch(),
                        lease.holder().value());
    }

    static CancelAnswer cancel(Connection connection, TaskId task) throws SQLException {
        int pending = update(connection, """
                UPDATE task SET status = 'cancelled', reason = 'cancelled', finished_at = CURRENT_TIMESTAMP,
                                cancel_requested_at = CURRENT_TIMESTAMP
                 WHERE id = ? AND status = 'pending'
                """, task.value());
        if (pending == 1) {
            return CancelAnswer.CANCELLED;
        }
        int running = update(connection, """
                UPDATE task SET cancel_requested_at = COALESCE(cancel_requested_at, CURRENT_TIMESTAMP)
                 WHERE id = ? AND status = 'running'
                """, task.value());
        if (running == 1) {
            return CancelAnswer.REQUESTED;
        }
        return TaskReads.exists(connection, task) ? CancelAnswer.ALREADY_FINAL : CancelAnswer.UNKNOWN;
    }

    static InterruptAnswer interrupt(Connection connection, TaskId task) throws SQLException {
        int running = update(connection, """
                UPDATE task SET interrupt_requested_at = COALESCE(interrupt_requested_at, CURRENT_TIMESTAMP)
                 WHERE id = ? AND status = 'running'
                """, task.value());
        if (running == 1) {
            return InterruptAnswer.REQUESTED;
        }
        return TaskReads.find(connection, task)
                .map(found -> found.status().isFinal() ? InterruptAnswer.ALREADY_FINAL : InterruptAnswer.PENDING)
                .orElse(InterruptAnswer.UNKNOWN);
    }

    static DeleteAnswer delete(Connection connection, TaskId task) throws SQLException {
        int rows = update(
                connection,
                "DELETE FROM task WHERE id = ? AND status IN ('completed', 'failed', 'cancelled')",
                task.value());
        if (rows == 1) {
            return DeleteAnswer.DELETED;
        }
        return TaskReads.exists(connection, task) ? DeleteAnswer.NOT_FINAL : DeleteAnswer.UNKNOWN;
    }

    private static @Nullable Integer exitCode(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> code;
            case Ending.Signalled _, Ending.NotStarted _ -> null;
        };
    }

    private static @Nullable Integer signal(Ending ending) {
        return switch (ending) {
            case Ending.Signalled(int signal) -> signal;
            case Ending.Exited _, Ending.NotStarted _ -> null;
        };
    }
}
