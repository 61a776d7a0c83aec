package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.AttemptEnd;

/** Statements that take tasks from workers that are dead. */
final class Abandoned {

    private Abandoned() {}

    private static final String ABANDONED =
            " WHERE status = 'running' AND (lease_until < CURRENT_TIMESTAMP OR (? AND worker <> ?))";

    static final String FIND_ABANDONED = "SELECT id, worker, epoch FROM task" + ABANDONED + " FOR UPDATE SKIP LOCKED";

    private static final String ABANDONED_TO_CANCELLED =
            """
            UPDATE task SET status = 'cancelled', reason = 'cancelled', finished_at = CURRENT_TIMESTAMP,
                            lease_until = NULL
            """ + ABANDONED + " AND id = ? AND cancel_requested_at IS NOT NULL";

    /** The attempts that a loss may use up: none where the task's retry does not name it. */
    private static final String MOST_ATTEMPTS = "CASE WHEN CAST(? AS boolean) THEN max_attempts ELSE 0 END";

    /** What a task that waits again has lost; its session stays, since the next attempt may go on with it. */
    private static final String WAITS_AGAIN = """
            status = 'pending', worker = NULL, lease_until = NULL, started_at = NULL,
            executor_type = NULL, output_bytes = 0, last_output_at = NULL, turns = 0
            """;

    /** Nothing of the lost run is left, but that it counts. */
    private static final String ABANDONED_TO_PENDING = "UPDATE task SET " + WAITS_AGAIN + ABANDONED
            + " AND id = ? AND cancel_requested_at IS NULL AND attempt < " + MOST_ATTEMPTS;

    private static final String ABANDONED_TO_FAILED =
            """
            UPDATE task SET status = 'failed', reason = 'worker_lost', finished_at = CURRENT_TIMESTAMP,
                            message = 'the worker that ran this task is gone; no attempt is left', lease_until = NULL
            """ + ABANDONED + " AND id = ? AND cancel_requested_at IS NULL AND attempt >= " + MOST_ATTEMPTS;

    private static final List<String> ENDS_OF_THE_UNCANCELLED = List.of(ABANDONED_TO_PENDING, ABANDONED_TO_FAILED);

    static List<Task> reap(Connection connection, WorkerId self, boolean othersAreDead) throws SQLException {
        List<Task> reaped = new ArrayList<>();
        for (Lease lease : Sql.query(connection, FIND_ABANDONED, Leases::lease, othersAreDead, self.value())) {
            UUID id = lease.task().value();
            int rows = Sql.update(connection, ABANDONED_TO_CANCELLED, othersAreDead, self.value(), id);
            boolean again = isRetriedAfterLoss(connection, lease.task());
            for (String end : ENDS_OF_THE_UNCANCELLED) {
                rows += Sql.update(connection, end, othersAreDead, self.value(), id, again);
            }
            if (rows == 1) {
                Task now = TaskReads.findOfAnyTenant(connection, lease.task()).orElseThrow();
                Optional<Long> lastId = now.status().isFinal() ? Optional.of(now.lastEventId()) : Optional.empty();
                Attempts.end(connection, lease, AttemptEnd.reaped(now), lastId);
                reaped.add(now);
            }
        }
        return reaped;
    }

    /** What was asked never changes, so that reading it first is no race. */
    private static boolean isRetriedAfterLoss(Connection connection, TaskId task) throws SQLException {
        return TaskReads.findOfAnyTenant(connection, task)
                .filter(found -> found.spec().retry().isAfter(Reason.WORKER_LOST))
                .isPresent();
    }
}
