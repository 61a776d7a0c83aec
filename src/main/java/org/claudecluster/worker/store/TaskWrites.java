package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.Sql.query;
import static org.claudecluster.worker.store.Sql.time;
import static org.claudecluster.worker.store.Sql.update;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.CancelAnswer;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.DeleteAnswer;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Enqueued;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.WorkerId;
import org.jspecify.annotations.Nullable;

/** Every statement that changes a task. INVARIANT: the WHERE names what must be true; the row count is the answer. */
final class TaskWrites {

    private TaskWrites() {}

    private static final String HELD = " WHERE id = ? AND epoch = ? AND worker = ? AND status = 'running'";

    static Enqueued enqueue(Connection connection, NewTask task) throws SQLException {
        Optional<NewTask.Idempotency> idempotency = task.idempotency();
        if (idempotency.isPresent()) {
            Optional<Enqueued> before = earlier(connection, idempotency.get());
            if (before.isPresent()) {
                return before.get();
            }
        }
        insert(connection, task);
        return new Enqueued.Created(TaskReads.find(connection, task.id()).orElseThrow());
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

    private static void insert(Connection connection, NewTask task) throws SQLException {
        TaskSpec spec = task.spec();
        update(
                connection,
                """
                INSERT INTO task (id, status, priority, wanted_worker, require_worker, not_before, timeout_ms,
                                  max_attempts, prompt, spec, idempotency_key, fingerprint, created_at,
                                  attempt, epoch, output_bytes, turns)
                VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP, 0, 0, 0, 0)
                """,
                task.id().value(),
                spec.priority(),
                spec.wantedWorker().orElse(null),
                spec.requireWorker(),
                time(spec.notBefore()),
                spec.timeout().toMillis(),
                spec.maxAttempts(),
                spec.prompt(),
                TaskJson.write(
                        new TaskJson.Rest(spec.metadata(), spec.labels(), spec.workingDirectory(), spec.claude())),
                task.idempotency().map(NewTask.Idempotency::key).orElse(null),
                task.idempotency().map(NewTask.Idempotency::fingerprint).orElse(null));
        for (Map.Entry<String, String> label : spec.labels().entrySet()) {
            update(
                    connection,
                    "INSERT INTO task_label (task_id, name, content) VALUES (?, ?, ?)",
                    task.id().value(),
                    label.getKey(),
                    label.getValue());
        }
    }

    /** A wish for another worker is respected while that worker is known to be alive, for the affinity wait at most. */
    private static final String CLAIMABLE = """
            SELECT id FROM task
             WHERE status = 'pending'
               AND (not_before IS NULL OR not_before <= CURRENT_TIMESTAMP)
               AND (wanted_worker IS NULL
                    OR wanted_worker IN (?, ?)
                    OR (require_worker = FALSE
                        AND (created_at <= CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)
                             OR NOT EXISTS (
                                 SELECT 1 FROM worker
                                  WHERE (worker.id = task.wanted_worker OR worker.name = task.wanted_worker)
                                    AND worker.draining = FALSE
                                    AND worker.last_seen > CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)))))
             ORDER BY status, priority DESC, enqueue_no
             FETCH FIRST ? ROWS ONLY
               FOR UPDATE SKIP LOCKED
            """;

    static List<Task> claim(Connection connection, Claimant claimant, int slots) throws SQLException {
        List<TaskId> claimable = query(
                connection,
                CLAIMABLE,
                TaskRow::id,
                claimant.id().value(),
                claimant.name(),
                seconds(claimant.affinityWait()),
                seconds(claimant.lease()),
                slots);
        List<Task> claimed = new ArrayList<>(claimable.size());
        for (TaskId id : claimable) {
            int rows = update(connection, """
                    UPDATE task
                       SET status = 'running', worker = ?, epoch = epoch + 1, attempt = attempt + 1,
                           started_at = CURRENT_TIMESTAMP, executor_type = NULL, session_id = NULL,
                           lease_until = CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)
                     WHERE id = ? AND status = 'pending'
                    """, claimant.id().value(), seconds(claimant.lease()), id.value());
            if (rows == 1) {
                claimed.add(TaskReads.find(connection, id).orElseThrow());
            }
        }
        return claimed;
    }

    static boolean start(Connection connection, Lease lease, String executorType, Optional<String> sessionId)
            throws SQLException {
        return 1
                == update(
                        connection,
                        "UPDATE task SET executor_type = ?, session_id = ?" + HELD,
                        executorType,
                        sessionId.orElse(null),
                        lease.task().value(),
                        lease.epoch(),
                        lease.holder().value());
    }

    static Set<Lease> renew(Connection connection, Claimant claimant, Collection<Lease> leases) throws SQLException {
        Set<Lease> held = new HashSet<>();
        for (Lease lease : leases) {
            int rows = update(
                    connection,
                    "UPDATE task SET lease_until = CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)" + HELD,
                    seconds(claimant.lease()),
                    lease.task().value(),
                    lease.epoch(),
                    lease.holder().value());
            if (rows == 1) {
                held.add(lease);
            }
        }
        return held;
    }

    static boolean finish(Connection connection, Lease lease, Finish finish) throws SQLException {
        return 1
                == update(
                        connection,
                        """
                        UPDATE task
                           SET status = ?, finished_at = CURRENT_TIMESTAMP, lease_until = NULL,
                               output_bytes = ?, last_output_at = ?, turns = ?,
                               exit_code = ?, exit_signal = ?, reason = ?, message = ?, result = ?
                        """ + HELD,
                        finish.outcome().status().wire(),
                        finish.progress().outputBytes(),
                        time(finish.progress().lastOutputAt()),
                        finish.progress().turns(),
                        exitCode(finish.outcome().ending()),
                        signal(finish.outcome().ending()),
                        finish.outcome().reason().map(reason -> reason.wire()).orElse(null),
                        finish.outcome().message().orElse(null),
                        finish.result().map(TaskJson::write).orElse(null),
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

    private static final String ABANDONED = """
            SELECT id FROM task
             WHERE status = 'running' AND (lease_until < CURRENT_TIMESTAMP OR (? AND worker <> ?))
               FOR UPDATE SKIP LOCKED
            """;

    static List<Task> reap(Connection connection, WorkerId self, boolean othersAreDead) throws SQLException {
        List<Task> reaped = new ArrayList<>();
        for (TaskId id : query(connection, ABANDONED, TaskRow::id, othersAreDead, self.value())) {
            int rows = update(connection, """
                    UPDATE task
                       SET status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
                                         WHEN attempt < max_attempts THEN 'pending' ELSE 'failed' END,
                           reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
                                         WHEN attempt < max_attempts THEN NULL ELSE 'worker_lost' END,
                           message = CASE WHEN cancel_requested_at IS NULL AND attempt >= max_attempts
                                          THEN 'the worker that ran this task is gone; no attempt is left' END,
                           finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR attempt >= max_attempts
                                              THEN CURRENT_TIMESTAMP END,
                           lease_until = NULL
                     WHERE id = ? AND status = 'running' AND (lease_until < CURRENT_TIMESTAMP OR (? AND worker <> ?))
                    """, id.value(), othersAreDead, self.value());
            if (rows == 1) {
                reaped.add(TaskReads.find(connection, id).orElseThrow());
            }
        }
        return reaped;
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

    /** Whole seconds, rounded up: the one unit in which both databases multiply an interval by a parameter. */
    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.plusMillis(999).toSeconds());
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
