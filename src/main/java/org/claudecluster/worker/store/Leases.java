package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.query;
import static org.claudecluster.worker.store.database.Sql.updateEach;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.jspecify.annotations.Nullable;

/** Statements that give, prolong and take away the right to write to a task. */
final class Leases {

    private Leases() {}

    /** When a lease that is given now is over; its parameter is {@link #seconds}. */
    static final String UNTIL = "CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)";

    /** Guards every write of an owner; its parameters are a lease's task, epoch and holder. */
    static final String HELD = " WHERE id = ? AND epoch = ? AND worker = ? AND status = 'running'";

    /**
     * Passes over a row that a rival is just claiming, rather than wait for the rival's commit. The epoch is that of the
     * look before: a task that was claimed and sent back meanwhile is another one than was seen.
     */
    private static final String CLAIM = """
            UPDATE task
               SET status = 'running', worker = ?, epoch = epoch + 1, attempt = attempt + 1, started_at = ?,
                   executor_type = ?, session_id = ?, resumed = ?, home = ?, interrupt_requested_at = NULL, park_reason = NULL, exact_reason = NULL, park_message = NULL,
                   output_bytes = 0, last_output_at = NULL, turns = 0,
                   lease_until = %s
             WHERE id = (SELECT id FROM task WHERE id = ? AND status = 'pending' AND epoch = ? FOR UPDATE SKIP LOCKED)
               AND status = 'pending' AND epoch = ?
            """.formatted(UNTIL);

    /** Rivals may hold that many of the most urgent tasks, and we still find ours in the second look. */
    private static final int PAST_RIVALS = 64;

    /**
     * @param mostUrgent what a look at {@link Turns#claimable} has just found, in the claimant's hands; taken are those that
     *     are still as they were, and others for the rest
     */
    static List<Task> claim(Connection connection, Claimant claimant, int slots, List<Task> mostUrgent)
            throws SQLException {
        List<Task> claimed = claim(connection, claimant, mostUrgent);
        int lost = mostUrgent.size() - claimed.size();
        if (lost > 0) {
            Set<TaskId> seen = mostUrgent.stream().map(Task::id).collect(Collectors.toSet());
            List<Task> others = Turns.claimable(connection, claimant, slots + PAST_RIVALS).tasks().stream()
                    .filter(task -> !seen.contains(task.id()))
                    .limit(lost)
                    .toList();
            claimed.addAll(claim(connection, claimant, others));
        }
        return claimed;
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
        Attempts.begin(connection, claimed);
        return claimed;
    }

    private static final String RENEW = "UPDATE task SET lease_until = " + UNTIL + HELD;

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

    static final String HELD_BY = "SELECT id, worker, epoch FROM task WHERE status = 'running' AND worker = ?";

    static List<Lease> heldBy(Connection connection, WorkerId holder) throws SQLException {
        return query(connection, HELD_BY, Leases::lease, holder.value());
    }

    static Lease lease(ResultSet row) throws SQLException {
        return new Lease(TaskRow.id(row), new WorkerId(row.getString("worker")), row.getLong("epoch"));
    }

    /**
     * One statement, since a cancel may be asked for at any moment: all of it sees the wish, or none. Whoever is not
     * wanted any more keeps what tells of the run.
     *
     * @param attempt how many attempts it has then made
     */
    static String sendBack(String attempt, String andThen) {
        return """
            UPDATE task
               SET status = CASE WHEN cancel_requested_at IS NULL THEN 'pending' ELSE 'cancelled' END,
                   reason = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE 'cancelled' END,
                   finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE CURRENT_TIMESTAMP END,
                   attempt = CASE WHEN cancel_requested_at IS NULL THEN %s ELSE attempt END,
                   worker = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE worker END,
                   started_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE started_at END,
                   executor_type = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE executor_type END,
                   lease_until = NULL, output_bytes = 0, last_output_at = NULL, turns = 0
            """.formatted(attempt) + andThen + HELD;
    }

    static final String UNCOUNTED = "attempt - 1";

    private static final String GIVE_BACK = sendBack(UNCOUNTED, "");

    static Optional<TaskStatus> giveBack(Connection connection, Lease lease, Account account) throws SQLException {
        Optional<String> now = Sql.updated(connection, GIVE_BACK, "status", of(lease));
        return sentBack(connection, lease, now, AttemptEnd.givenBack(account));
    }

    private static @Nullable Object[] of(Lease lease) {
        return new @Nullable Object[] {
            lease.task().value(), lease.epoch(), lease.holder().value()
        };
    }

    /**
     * Ends the attempt of a task that such a statement has moved.
     *
     * @param status what that statement says that the task is now; empty when it moved none
     */
    static Optional<TaskStatus> sentBack(Connection connection, Lease lease, Optional<String> status, AttemptEnd meant)
            throws SQLException {
        Optional<TaskStatus> moved = status.flatMap(TaskStatus::ofWire);
        if (moved.isEmpty()) {
            return moved;
        }
        TaskStatus now = moved.get();
        if (now.isFinal()) {
            Attempts.end(connection, lease, meant.cancelled(), Optional.of(EventIds.last(lease.epoch())));
        } else {
            Attempts.end(connection, lease, meant, meant.account().lastEventId());
        }
        return moved;
    }

    /** Whole seconds, rounded up: the one unit in which both databases multiply an interval by a parameter. */
    static int seconds(Duration duration) {
        return Math.toIntExact(duration.plusMillis(999).toSeconds());
    }
}
