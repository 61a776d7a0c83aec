package org.claudecluster.worker.store;

import static java.util.Comparator.comparing;
import static org.claudecluster.worker.store.Leases.seconds;
import static org.claudecluster.worker.store.Sql.first;
import static org.claudecluster.worker.store.Sql.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskSpec;

/**
 * Whose turn it is. A task's turn is the time from when on it may run, {@code open_at}, put forward by the worth of its
 * priority: so the priority counts for as much waiting, and none waits for ever. Both are written with the task, and
 * again when it is sent back to wait, so that a claim reads one index in order. What is not yet due stands behind what
 * is, and what needs one certain worker stands elsewhere: neither is read by who can't have it.
 */
final class Turns {

    private Turns() {}

    /** What a priority more is worth where waiting shall never make up for it: so long waits nobody. */
    private static final Duration NEVER = Duration.ofDays(5 * 365);

    /** To the millisecond as the columns are: what was enqueued just now must be due. */
    private static final String NOW = "CAST(CURRENT_TIMESTAMP AS timestamp(3) with time zone)";

    /** For how many seconds of waiting one priority more counts: the second parameter of {@link #turn}. */
    static int worth(Duration ageing) {
        return seconds(ageing.isZero() ? NEVER : ageing);
    }

    /** The expression for a task's turn; its one parameter is {@link #worth}. */
    static String turn(String openAt, String priority) {
        return openAt + " - INTERVAL '1' SECOND * (CAST(" + priority + " AS int) * CAST(? AS int))";
    }

    /**
     * What nobody has to wait for but its time. A worker of the version before may have left {@code open_at} at the time
     * of the submit, so the older column is looked at too.
     */
    private static final String DUE = " AND turn_at <= " + NOW + " AND open_at <= " + NOW
            + " AND (not_before IS NULL OR not_before <= CURRENT_TIMESTAMP)";

    private static final String NOT_PAUSED = """
             AND NOT EXISTS (SELECT 1 FROM credential_pause
                              WHERE credential_pause.credential = ? AND credential_pause.paused_until > CURRENT_TIMESTAMP)
            """;

    private static final String SELECT = "SELECT task.*, " + NOW + " AS claimed_at FROM task WHERE status = 'pending'";

    /** A wish for another worker is respected while that one is known to be alive, for the affinity wait at most. */
    private static final String ANYBODY = SELECT + " AND require_worker = FALSE" + DUE + NOT_PAUSED
            + " AND (wanted_worker IS NULL OR wanted_worker IN (";

    private static final String OR_IN_VAIN = """
                )
                OR GREATEST(created_at, COALESCE(not_before, created_at))
                       <= CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)
                OR NOT EXISTS (
                       SELECT 1 FROM worker
                        WHERE (worker.id = task.wanted_worker
                               OR worker.id IN (SELECT worker_name.worker FROM worker_name
                                                 WHERE worker_name.name = task.wanted_worker))
                          AND worker.draining = FALSE
                          AND worker.last_seen > CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)))
             ORDER BY status, require_worker, turn_at, enqueue_no
             FETCH FIRST ? ROWS ONLY
            """;

    /** What needs the worker of one name, to be read for each of ours: for all at once it could not be read in order. */
    static final String OURS = SELECT + " AND wanted_worker = ? AND require_worker = TRUE" + DUE + NOT_PAUSED
            + " ORDER BY status, wanted_worker, require_worker, turn_at, enqueue_no FETCH FIRST ? ROWS ONLY";

    /** No lock is taken: H2 sorts all that waits, and locks every row of it, when an ordered query asks for locks. */
    static String anybody(int names) {
        return ANYBODY + several(names) + OR_IN_VAIN;
    }

    private static final String NEEDED =
            "(SELECT wanted_worker FROM task WHERE status = 'pending' AND wanted_worker = ?"
                    + " AND require_worker = TRUE AND turn_at <= " + NOW + " FETCH FIRST 1 ROW ONLY)";

    /** Which of us something needs, or nobody, as mostly. With IN, H2 would read all that needs anybody. */
    static String needed(int names) {
        return "SELECT COALESCE(" + String.join(", ", Collections.nCopies(names, NEEDED)) + ", '') AS needed";
    }

    /** Whether a new task may go before all that waits. What needs one certain worker is that one's own to hurry with. */
    static final String NOTHING_FIRST = "SELECT " + NOW + " AS now_at, CASE WHEN EXISTS (SELECT 1 FROM task"
            + " WHERE status = 'pending' AND require_worker = FALSE" + DUE
            + ") OR EXISTS (SELECT 1 FROM credential_pause"
            + " WHERE credential = ? AND paused_until > CURRENT_TIMESTAMP) THEN FALSE ELSE TRUE END AS is_next";

    /** The time, where a task that is enqueued now is the claimant's turn; empty where it has to wait. */
    static Optional<Instant> isNextAt(Connection connection, Claimant claimant, TaskSpec spec) throws SQLException {
        boolean isAnothers = spec.wantedWorker()
                .filter(wanted -> !claimant.names().contains(wanted))
                .isPresent();
        if (isAnothers || spec.notBefore().isPresent()) {
            return Optional.empty();
        }
        return first(
                        connection,
                        NOTHING_FIRST,
                        row -> row.getBoolean("is_next") ? Sql.time(row, "now_at") : Optional.<Instant>empty(),
                        claimant.credential().orElse(""))
                .flatMap(now -> now);
    }

    private static String several(int parameters) {
        return String.join(", ", Collections.nCopies(parameters, "?"));
    }

    private record Candidate(Instant turnAt, long number, Task task) {}

    /** Those whose turn is next, in the claimant's hands, and what can't be read of those. */
    static Unreadable.Found claimable(Connection connection, Claimant claimant, int limit) throws SQLException {
        List<Unreadable> unreadable = new ArrayList<>();
        List<Candidate> next = anybodys(connection, claimant, limit, unreadable);
        Object[] names = claimant.names().toArray();
        boolean isNeeded = first(connection, needed(names.length), row -> row.getString("needed"), names)
                .filter(name -> !name.isEmpty())
                .isPresent();
        if (isNeeded) {
            String credential = claimant.credential().orElse("");
            for (Object name : names) {
                next.addAll(candidates(connection, OURS, claimant, unreadable, name, credential, limit));
            }
            next.sort(comparing(Candidate::turnAt).thenComparingLong(Candidate::number));
        }
        List<Task> tasks = next.stream().limit(limit).map(Candidate::task).toList();
        return new Unreadable.Found(tasks, unreadable);
    }

    private static List<Candidate> anybodys(
            Connection connection, Claimant claimant, int limit, List<Unreadable> unreadable) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        parameters.add(claimant.credential().orElse(""));
        parameters.addAll(claimant.names());
        parameters.addAll(List.of(seconds(claimant.affinityWait()), seconds(claimant.lease()), limit));
        return candidates(connection, anybody(claimant.names().size()), claimant, unreadable, parameters.toArray());
    }

    /** Of a row that can't be read there is no candidate: it is added to the unreadable. */
    private static List<Candidate> candidates(
            Connection connection, String sql, Claimant claimant, List<Unreadable> unreadable, Object... parameters)
            throws SQLException {
        List<Candidate> found = new ArrayList<>();
        query(connection, sql, row -> candidate(claimant, row, unreadable), parameters)
                .forEach(candidate -> candidate.ifPresent(found::add));
        return found;
    }

    private static Optional<Candidate> candidate(Claimant claimant, ResultSet row, List<Unreadable> unreadable)
            throws SQLException {
        Optional<Task> task = Unreadable.claimed(claimant, row, unreadable);
        if (task.isEmpty()) {
            return Optional.empty();
        }
        Instant turnAt = Sql.time(row, "turn_at").orElseThrow();
        return Optional.of(new Candidate(turnAt, row.getLong("enqueue_no"), task.get()));
    }
}
