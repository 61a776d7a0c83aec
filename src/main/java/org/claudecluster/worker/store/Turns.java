package org.claudecluster.worker.store;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;
import static org.claudecluster.worker.store.Leases.seconds;
import static org.claudecluster.worker.store.database.Sql.first;
import static org.claudecluster.worker.store.database.Sql.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskSpec;

/**
 * Statements that find the task whose turn it is. A task's turn is the time from when on it may run, {@code open_at},
 * put forward by the worth of its priority: so the priority counts for as much waiting, and none waits for ever. Both
 * are written with the task, and again when it is sent back to wait, so that a claim reads one index in order. A task
 * that is not yet due, or to which others have a better right, stands in another {@link Place}: it is not read by
 * workers that can't have it.
 */
final class Turns {

    private Turns() {}

    /** What a priority more is worth where waiting shall never make up for it: so long waits nobody. */
    private static final Duration NEVER = Duration.ofDays(5 * 365);

    /** To the millisecond as the columns are: what was enqueued just now must be due. */
    static final String NOW = "CAST(CURRENT_TIMESTAMP AS timestamp(3) with time zone)";

    /** For how many seconds of waiting one priority more counts: the second parameter of {@link #turn}. */
    static int worth(Duration ageing) {
        return seconds(ageing.isZero() ? NEVER : ageing);
    }

    /** The expression for a task's turn; its one parameter is {@link #worth}. */
    static String turn(String openAt, String priority) {
        return openAt + " - INTERVAL '1' SECOND * (CAST(" + priority + " AS int) * CAST(? AS int))";
    }

    /**
     * What stands in a line is due. A worker of the version before, which knows no places, may have sent it back to wait.
     */
    private static final String DUE = " AND turn_at <= " + NOW + " AND open_at <= " + NOW
            + " AND (not_before IS NULL OR not_before <= CURRENT_TIMESTAMP)";

    private static final String PAUSED = "EXISTS (SELECT 1 FROM credential_pause"
            + " WHERE credential_pause.credential = ? AND credential_pause.paused_until > CURRENT_TIMESTAMP)";

    /** No lock is taken: H2 sorts all that waits, and locks every row of it, when an ordered query asks for locks. */
    private static String line(Place place) {
        return "SELECT task.*, " + NOW + " AS claimed_at FROM task WHERE " + place.waiting() + " AND line = ?" + DUE
                + Place.BY_TURN + " FETCH FIRST ? ROWS ONLY";
    }

    static final String ANYBODYS = line(Place.OPEN);

    /** The lines of one worker, to be read for each of its names: for all at once they could not be read in order. */
    static final List<String> OURS = List.of(line(Place.KEPT), line(Place.NAMED));

    private static final String NEEDED = Stream.of(Place.KEPT, Place.NAMED)
            .map(place -> "(SELECT line FROM task WHERE " + place.waiting() + " AND line = ? AND turn_at <= " + NOW
                    + Place.BY_TURN + " FETCH FIRST 1 ROW ONLY)")
            .collect(joining(", "));

    /**
     * What is to be known before a line is read, in one statement: whether anything is to be moved to its place, whether
     * claims are paused, and which of us something waits for, or nobody, as mostly. With IN, H2 would read all that
     * waits for anybody.
     */
    static String signs(int names) {
        return "SELECT CASE WHEN " + PAUSED + " THEN TRUE ELSE FALSE END AS is_paused, CASE WHEN "
                + Places.IS_ANY_TO_MOVE + " THEN TRUE ELSE FALSE END AS is_any_to_move, COALESCE("
                + String.join(", ", Collections.nCopies(names, NEEDED)) + ", '') AS needed";
    }

    static List<Object> parametersOfSigns(Claimant claimant) {
        List<Object> parameters = new ArrayList<>();
        parameters.add(claimant.credential().orElse(""));
        parameters.addAll(Places.parameters(claimant));
        claimant.names().forEach(name -> parameters.addAll(List.of(name, name)));
        return parameters;
    }

    /**
     * Whether a new task may go before all that waits. What needs one certain worker is that one's own to hurry with, and
     * so is what is kept for one.
     */
    static final String NOTHING_FIRST = "SELECT " + NOW + " AS now_at, CASE WHEN (SELECT 1 FROM task WHERE "
            + Place.OPEN.waiting() + " AND line = ''" + DUE + Place.BY_TURN + " FETCH FIRST 1 ROW ONLY) IS NOT NULL OR "
            + Place.LATER.isAnyWaiting(" AND open_at <= " + NOW) + " OR "
            + Place.UNKNOWN.isAnyWaiting(" AND open_at <= " + NOW) + " OR " + PAUSED
            + " THEN FALSE ELSE TRUE END AS is_next";

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

    private record Candidate(Instant turnAt, long number, Task task) {}

    /** The findings of a look before it read a line. */
    private record Signs(boolean isPaused, boolean isAnyToMove, boolean isNeeded) {}

    private static Signs signs(Connection connection, Claimant claimant) throws SQLException {
        return first(
                        connection,
                        signs(claimant.names().size()),
                        row -> new Signs(
                                row.getBoolean("is_paused"),
                                row.getBoolean("is_any_to_move"),
                                !row.getString("needed").isEmpty()),
                        parametersOfSigns(claimant).toArray())
                .orElseThrow();
    }

    /** Those whose turn is next, in the claimant's hands, and what can't be read of those. */
    static Unreadable.Found claimable(Connection connection, Claimant claimant, int limit) throws SQLException {
        Signs signs = signs(connection, claimant);
        List<Unreadable> unreadable = new ArrayList<>();
        List<Candidate> next =
                signs.isPaused() ? List.of() : candidates(connection, claimant, limit, unreadable, signs);
        List<Task> tasks = next.stream().limit(limit).map(Candidate::task).toList();
        return new Unreadable.Found(tasks, unreadable, signs.isAnyToMove() && !signs.isPaused());
    }

    private static List<Candidate> candidates(
            Connection connection, Claimant claimant, int limit, List<Unreadable> unreadable, Signs signs)
            throws SQLException {
        List<Candidate> next = candidates(connection, ANYBODYS, claimant, unreadable, "", limit);
        if (signs.isNeeded()) {
            for (String name : claimant.names()) {
                for (String line : OURS) {
                    next.addAll(candidates(connection, line, claimant, unreadable, name, limit));
                }
            }
            next.sort(comparing(Candidate::turnAt).thenComparingLong(Candidate::number));
        }
        return next;
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
