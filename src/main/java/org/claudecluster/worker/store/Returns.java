package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.Park;
import org.claudecluster.worker.task.store.Requeue;
import org.jspecify.annotations.Nullable;

/** Sends running tasks back to wait until a moment: for the reset of a usage limit, or for their next attempt. */
final class Returns {

    private Returns() {}

    private static final String THEN = "CAST(? AS timestamp(3) with time zone)";

    /** Nobody may claim it earlier, and its turn counts from then on. The parameters are those of {@link #waits}. */
    private static final String WAITS =
            """
                 , not_before = CASE WHEN cancel_requested_at IS NULL THEN %s ELSE not_before END,
                   open_at = GREATEST(created_at, %s), turn_at = %s, place = 'later', line = '',
                   park_reason = CASE WHEN cancel_requested_at IS NULL THEN CAST(? AS varchar(32)) END,
                   exact_reason = CASE WHEN cancel_requested_at IS NULL THEN CAST(? AS varchar(32)) END,
                   park_message = CASE WHEN cancel_requested_at IS NULL THEN CAST(? AS varchar(2000)) END
            """.formatted(THEN, THEN, Turns.turn("GREATEST(created_at, " + THEN + ")", "priority"));

    private static final String PARK = Leases.sendBack(Leases.UNCOUNTED, WAITS + """
                 , parks = ?, parked_since = COALESCE(parked_since, CURRENT_TIMESTAMP)
            """);

    private static final String REQUEUE = Leases.sendBack("attempt", WAITS) + " AND attempt < max_attempts";

    static Optional<TaskStatus> park(Connection connection, Lease lease, Park park, Account account, int worth)
            throws SQLException {
        List<@Nullable Object> parameters = waits(park.notBefore(), park.why(), worth);
        parameters.add(park.inARow());
        Optional<String> status = update(connection, PARK, parameters, lease);
        Optional<TaskStatus> now = Leases.sentBack(connection, lease, status, AttemptEnd.parked(park, account));
        if (now.equals(Optional.of(TaskStatus.PENDING)) && park.credential().isPresent()) {
            Pauses.pause(connection, park.credential().get(), park.why().reason(), park.resetsAt());
        }
        return now;
    }

    static Optional<TaskStatus> requeue(Connection connection, Lease lease, Requeue requeue, Account account, int worth)
            throws SQLException {
        Optional<String> status = update(connection, REQUEUE, waits(requeue.notBefore(), requeue.why(), worth), lease);
        return Leases.sentBack(connection, lease, status, AttemptEnd.retried(requeue, account));
    }

    private static Optional<String> update(
            Connection connection, String statement, List<@Nullable Object> parameters, Lease lease)
            throws SQLException {
        parameters.addAll(
                List.of(lease.task().value(), lease.epoch(), lease.holder().value()));
        return Sql.updated(connection, statement, "status", parameters.toArray());
    }

    /** A reason that the version before does not know stands beside the nearest that it knows. */
    private static List<@Nullable Object> waits(Instant then, Parked why, int worth) {
        Reason older = why.reason().olderName();
        List<@Nullable Object> parameters = new ArrayList<>(Collections.nCopies(3, Sql.time(then)));
        parameters.add(worth);
        parameters.add(older.wire());
        parameters.add(older == why.reason() ? null : why.reason().wire());
        parameters.add(why.message());
        return parameters;
    }
}
