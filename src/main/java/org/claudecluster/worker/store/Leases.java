package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.Sql.query;
import static org.claudecluster.worker.store.Sql.update;
import static org.claudecluster.worker.store.Sql.updateEach;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Park;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.jspecify.annotations.Nullable;

/** Who may write to a task: the statements that give, prolong and take away a lease. */
final class Leases {

    private Leases() {}

    /** Guards every write of an owner; its parameters are a lease's task, epoch and holder. */
    static final String HELD = " WHERE id = ? AND epoch = ? AND worker = ? AND status = 'running'";

    /**
     * A wish for another worker is respected while that worker is known to be alive, for the affinity wait at most.
     *
     * <p>No lock is taken here: H2 sorts all that waits, and locks every row of it, when an ordered query asks for locks.
     */
    static String claimable(int names) {
        String ours = String.join(", ", Collections.nCopies(names, "?"));
        return BEFORE_NAMES + ours + AFTER_NAMES;
    }

    private static final String BEFORE_NAMES = """
            SELECT task.*, CAST(CURRENT_TIMESTAMP AS timestamp(3) with time zone) AS claimed_at
              FROM task
             WHERE status = 'pending'
               AND (not_before IS NULL OR not_before <= CURRENT_TIMESTAMP)
               AND NOT EXISTS (
                   SELECT 1 FROM credential_pause
                    WHERE credential_pause.credential = ? AND credential_pause.paused_until > CURRENT_TIMESTAMP)
               AND (wanted_worker IS NULL
                    OR wanted_worker IN (
            """;

    private static final String AFTER_NAMES = """
                        )
                    OR (require_worker = FALSE
                        AND (GREATEST(created_at, COALESCE(not_before, created_at))
                                 <= CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)
                             OR NOT EXISTS (
                                 SELECT 1 FROM worker
                                  WHERE (worker.id = task.wanted_worker
                                         OR worker.id IN (SELECT worker_name.worker FROM worker_name
                                                           WHERE worker_name.name = task.wanted_worker))
                                    AND worker.draining = FALSE
                                    AND worker.last_seen > CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)))))
             ORDER BY status, priority DESC, enqueue_no
             FETCH FIRST ? ROWS ONLY
            """;

    /**
     * Passes over a row that a rival is just claiming, rather than wait for the rival's commit. The epoch is that of the
     * look before: a task that was claimed and sent back meanwhile is another one than was seen.
     */
    private static final String CLAIM = """
            UPDATE task
               SET status = 'running', worker = ?, epoch = epoch + 1, attempt = attempt + 1, started_at = ?,
                   executor_type = ?, session_id = ?, resumed = ?, home = ?, interrupt_requested_at = NULL, park_reason = NULL, park_message = NULL,
                   output_bytes = 0, last_output_at = NULL, turns = 0,
                   lease_until = CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)
             WHERE id = (SELECT id FROM task WHERE id = ? AND status = 'pending' AND epoch = ? FOR UPDATE SKIP LOCKED)
               AND status = 'pending' AND epoch = ?
            """;

    /** Rivals may hold that many of the most urgent tasks, and we still find ours in the second look. */
    private static final int PAST_RIVALS = 64;

    /**
     * @param mostUrgent what a look at {@link #claimable} has just found, in the claimant's hands; taken are those that
     *     are still as they were, and others for the rest
     */
    static List<Task> claim(Connection connection, Claimant claimant, int slots, List<Task> mostUrgent)
            throws SQLException {
        List<Task> claimed = claim(connection, claimant, mostUrgent);
        int lost = mostUrgent.size() - claimed.size();
        if (lost > 0) {
            Set<TaskId> seen = mostUrgent.stream().map(Task::id).collect(Collectors.toSet());
            List<Task> others = claimable(connection, claimant, slots + PAST_RIVALS).stream()
                    .filter(task -> !seen.contains(task.id()))
                    .limit(lost)
                    .toList();
            claimed.addAll(claim(connection, claimant, others));
        }
        return claimed;
    }

    static List<Task> claimable(Connection connection, Claimant claimant, int limit) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        parameters.add(claimant.credential().orElse(""));
        parameters.addAll(claimant.names());
        parameters.add(seconds(claimant.affinityWait()));
        parameters.add(seconds(claimant.lease()));
        parameters.add(limit);
        return query(
                connection,
                claimable(claimant.names().size()),
                row -> TaskRow.claimedBy(claimant, row),
                parameters.toArray());
    }

    private static List<Task> claim(Connection connection, Claimant claimant, List<Task> candidates)
            throws SQLException {
        List<@Nullable Object[]> parameters = new ArrayList<>(candidates.size());
        for (Task task : candidates) {
            parameters.add(new @Nullable Object[] {
                claimant.id().value(),
                Sql.time(task.startedAt()),
                task.executorType().orElse(null),
                task.sessionId().orElse(null),
                task.resumed(),
                task.home().orElse(null),
                seconds(claimant.lease()),
                task.id().value(),
                task.epoch() - 1,
                task.epoch() - 1
            });
        }
        int[] rows = updateEach(connection, CLAIM, parameters);
        List<Task> claimed = new ArrayList<>(candidates.size());
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] == 1) {
                claimed.add(candidates.get(i));
            }
        }
        return claimed;
    }

    private static final String RENEW =
            "UPDATE task SET lease_until = CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)" + HELD;

    static Set<Lease> renew(Connection connection, Duration duration, Collection<Lease> leases) throws SQLException {
        List<Lease> asked = List.copyOf(leases);
        List<@Nullable Object[]> parameters = new ArrayList<>(asked.size());
        for (Lease lease : asked) {
            parameters.add(new @Nullable Object[] {
                seconds(duration),
                lease.task().value(),
                lease.epoch(),
                lease.holder().value()
            });
        }
        int[] rows = updateEach(connection, RENEW, parameters);
        Set<Lease> held = new HashSet<>();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] == 1) {
                held.add(asked.get(i));
            }
        }
        return held;
    }

    private static final String ABANDONED =
            " WHERE status = 'running' AND (lease_until < CURRENT_TIMESTAMP OR (? AND worker <> ?))";

    static final String FIND_ABANDONED = "SELECT id FROM task" + ABANDONED + " FOR UPDATE SKIP LOCKED";

    private static final String ABANDONED_TO_CANCELLED =
            """
            UPDATE task SET status = 'cancelled', reason = 'cancelled', finished_at = CURRENT_TIMESTAMP,
                            lease_until = NULL
            """ + ABANDONED + " AND id = ? AND cancel_requested_at IS NOT NULL";

    /** What a task that waits again has lost; its session stays, since the next attempt may go on with it. */
    private static final String WAITS_AGAIN = """
            status = 'pending', worker = NULL, lease_until = NULL, started_at = NULL,
            executor_type = NULL, output_bytes = 0, last_output_at = NULL, turns = 0
            """;

    /** Nothing of the lost run is left, but that it counts. */
    private static final String ABANDONED_TO_PENDING = "UPDATE task SET " + WAITS_AGAIN + ABANDONED
            + " AND id = ? AND cancel_requested_at IS NULL AND attempt < max_attempts";

    private static final String ABANDONED_TO_FAILED =
            """
            UPDATE task SET status = 'failed', reason = 'worker_lost', finished_at = CURRENT_TIMESTAMP,
                            message = 'the worker that ran this task is gone; no attempt is left', lease_until = NULL
            """ + ABANDONED + " AND id = ? AND cancel_requested_at IS NULL AND attempt >= max_attempts";

    private static final List<String> ENDS_OF_THE_ABANDONED =
            List.of(ABANDONED_TO_CANCELLED, ABANDONED_TO_PENDING, ABANDONED_TO_FAILED);

    static List<Task> reap(Connection connection, WorkerId self, boolean othersAreDead) throws SQLException {
        List<Task> reaped = new ArrayList<>();
        for (TaskId id : query(connection, FIND_ABANDONED, TaskRow::id, othersAreDead, self.value())) {
            int rows = 0;
            for (String end : ENDS_OF_THE_ABANDONED) {
                rows += update(connection, end, othersAreDead, self.value(), id.value());
            }
            if (rows == 1) {
                reaped.add(TaskReads.find(connection, id).orElseThrow());
            }
        }
        return reaped;
    }

    private static final String HELD_AND_UNWANTED = "UPDATE task SET status = 'cancelled', reason = 'cancelled',"
            + " finished_at = CURRENT_TIMESTAMP, lease_until = NULL" + HELD + " AND cancel_requested_at IS NOT NULL";

    private static final String GIVE_BACK =
            "UPDATE task SET attempt = attempt - 1, " + WAITS_AGAIN + HELD + " AND cancel_requested_at IS NULL";

    static boolean giveBack(Connection connection, Lease lease) throws SQLException {
        int rows = update(connection, HELD_AND_UNWANTED, of(lease));
        return rows + update(connection, GIVE_BACK, of(lease)) == 1;
    }

    private static @Nullable Object[] of(Lease lease) {
        return new @Nullable Object[] {
            lease.task().value(), lease.epoch(), lease.holder().value()
        };
    }

    private static final String PARK = "UPDATE task SET not_before = ?, park_reason = ?, park_message = ?,"
            + " attempt = attempt - 1, " + WAITS_AGAIN + HELD + " AND cancel_requested_at IS NULL";

    static boolean park(Connection connection, Lease lease, Park park) throws SQLException {
        if (update(connection, HELD_AND_UNWANTED, of(lease)) == 1) {
            return true;
        }
        int rows = update(
                connection,
                PARK,
                Sql.time(park.notBefore()),
                park.why().reason().wire(),
                park.why().message(),
                lease.task().value(),
                lease.epoch(),
                lease.holder().value());
        if (rows == 1 && park.credential().isPresent()) {
            pause(connection, park.credential().get(), park);
        }
        return rows == 1;
    }

    /** A later reset wins. Two that insert at once: one of them is tried again alone. */
    private static void pause(Connection connection, String credential, Park park) throws SQLException {
        OffsetDateTime until = Sql.time(park.resetsAt());
        String reason = park.why().reason().wire();
        int known = update(connection, """
                UPDATE credential_pause SET reason = ?, paused_until = GREATEST(paused_until, ?) WHERE credential = ?
                """, reason, until, credential);
        if (known == 0) {
            update(
                    connection,
                    "INSERT INTO credential_pause (credential, paused_until, reason) VALUES (?, ?, ?)",
                    credential,
                    until,
                    reason);
        }
    }

    /** Whole seconds, rounded up: the one unit in which both databases multiply an interval by a parameter. */
    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.plusMillis(999).toSeconds());
    }
}
