package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.Leases.seconds;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.WorkerId;
import org.jspecify.annotations.Nullable;

/**
 * Moves what waits to the place where those look who may have it, when its time has come or when the worker that it
 * prefers is not to be waited for any more. So a claim reads nothing that it can't have. Each move is a guarded update,
 * and whoever claims does it: two that move the same row mean the same.
 */
final class Places {

    private Places() {}

    /** In one transaction, which holds up other writes. */
    static final int BATCH = 500;

    /** What is unknown is read with its spec, which may be long. */
    private static final int LONG_BATCH = 20;

    private static final String DUE = " AND open_at <= " + Turns.NOW;
    private static final String WAITED = DUE + " - INTERVAL '1' SECOND * CAST(? AS int)";

    private static final String ALIVE =
            "worker.draining = FALSE AND worker.last_seen > CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(? AS int)";

    private static final String NAMES =
            "(SELECT id AS worker, id AS name FROM worker UNION ALL SELECT worker, name FROM worker_name)";

    private static final String LIVING_NAMES =
            "SELECT known.name FROM worker JOIN " + NAMES + " AS known ON known.worker = worker.id WHERE " + ALIVE;

    /** Each is a name of workers that are gone or will be, for which something is kept. */
    private static final String LEFT_NAMES = "SELECT known.name FROM " + NAMES + " AS known WHERE known.name NOT IN ("
            + LIVING_NAMES + ") AND (SELECT line FROM task WHERE " + Place.KEPT.waiting()
            + " AND task.line = known.name" + Place.BY_TURN + " FETCH FIRST 1 ROW ONLY) IS NOT NULL";

    /** The parameters are those of {@link #parameters}. */
    static final String IS_ANY_TO_MOVE = "(" + Place.UNKNOWN.isAnyWaiting("") + " OR " + Place.LATER.isAnyWaiting(DUE)
            + " OR " + Place.KEPT.isAnyWaiting(WAITED) + " OR EXISTS (" + LEFT_NAMES + "))";

    static List<Object> parameters(Claimant claimant) {
        return List.of(seconds(claimant.affinityWait()), seconds(claimant.lease()));
    }

    /** Moves some of what is to be moved; answers how many. */
    static int move(Connection connection, Claimant claimant) throws SQLException {
        Set<String> living = names(connection, LIVING_NAMES, claimant.lease());
        int moved = learn(connection);
        moved += move(connection, due(connection), living);
        moved += move(connection, keptTooLong(connection, claimant.affinityWait()), Set.of());
        for (String name : names(connection, LEFT_NAMES, claimant.lease())) {
            moved += move(connection, kept(connection, name), Set.of());
        }
        return moved;
    }

    private static Set<String> names(Connection connection, String sql, Duration lease) throws SQLException {
        return new HashSet<>(Sql.query(connection, sql, row -> row.getString("name"), seconds(lease)));
    }

    private record Waiting(UUID id, Place place, Optional<String> wanted, boolean required) {

        /** Where it belongs, when its time has come. */
        Place next(Set<String> kept) {
            if (required) {
                return Place.NAMED;
            }
            return wanted.filter(kept::contains).isPresent() ? Place.KEPT : Place.OPEN;
        }
    }

    private static final String WAITING = "SELECT id, wanted_worker, require_worker FROM task WHERE ";

    static final String DUE_ONES =
            WAITING + Place.LATER.waiting() + DUE + Place.BY_TIME + " FETCH FIRST " + BATCH + " ROWS ONLY";
    static final String KEPT_TOO_LONG =
            WAITING + Place.KEPT.waiting() + WAITED + Place.BY_TIME + " FETCH FIRST " + BATCH + " ROWS ONLY";
    static final String KEPT_FOR =
            WAITING + Place.KEPT.waiting() + " AND line = ?" + Place.BY_TURN + " FETCH FIRST " + BATCH + " ROWS ONLY";

    private static List<Waiting> due(Connection connection) throws SQLException {
        return Sql.query(connection, DUE_ONES, row -> waiting(row, Place.LATER));
    }

    private static List<Waiting> keptTooLong(Connection connection, Duration affinityWait) throws SQLException {
        return Sql.query(connection, KEPT_TOO_LONG, row -> waiting(row, Place.KEPT), seconds(affinityWait));
    }

    private static List<Waiting> kept(Connection connection, String name) throws SQLException {
        return Sql.query(connection, KEPT_FOR, row -> waiting(row, Place.KEPT), name);
    }

    private static Waiting waiting(ResultSet row, Place place) throws SQLException {
        return new Waiting(
                row.getObject("id", UUID.class),
                place,
                Sql.text(row, "wanted_worker"),
                row.getBoolean("require_worker"));
    }

    /** Passes over a row that a rival moves or claims just now. */
    private static final String MOVE = """
            UPDATE task SET place = ?, line = ?
             WHERE id = (SELECT id FROM task WHERE id = ? AND status = 'pending' AND place = ? FOR UPDATE SKIP LOCKED)
               AND status = 'pending' AND place = ?
            """;

    /** @param kept the workers for which it is kept that is preferred to go there */
    private static int move(Connection connection, List<Waiting> all, Set<String> kept) throws SQLException {
        List<@Nullable Object[]> parameters = new ArrayList<>(all.size());
        for (Waiting task : all) {
            Place next = task.next(kept);
            String from = task.place().stored();
            parameters.add(new @Nullable Object[] {
                next.stored(), next.line(task.wanted().orElse("")), task.id(), from, from
            });
        }
        int moved = 0;
        for (int rows : Sql.updateEach(connection, MOVE, parameters)) {
            moved += rows;
        }
        return moved;
    }

    static final String UNKNOWN = "SELECT * FROM task WHERE " + Place.UNKNOWN.waiting() + Place.BY_TIME
            + " FETCH FIRST " + LONG_BATCH + " ROWS ONLY";

    private static final String LEARN = """
            UPDATE task SET place = 'later', open_at = GREATEST(open_at, COALESCE(not_before, open_at))
             WHERE id = (SELECT id FROM task WHERE id = ? AND status = 'pending' AND place = 'unknown' FOR UPDATE SKIP LOCKED)
               AND status = 'pending' AND place = 'unknown'
            """;

    /** What the version before wrote has in its spec only what we look for by key, and no other time than the one in it. */
    private static int learn(Connection connection) throws SQLException {
        int learnt = 0;
        for (Task task : Sql.query(connection, UNKNOWN, TaskRow::task)) {
            if (Sql.update(connection, LEARN, task.id().value()) == 1) {
                Needs.write(connection, task.id(), task.spec());
                learnt++;
            }
        }
        return learnt;
    }

    static final String GIVE_UP = "UPDATE task SET place = 'later', line = '' WHERE id IN (SELECT id FROM task WHERE "
            + Place.KEPT.waiting() + " AND line = ?" + Place.BY_TURN + " FETCH FIRST " + BATCH + " ROWS ONLY) AND "
            + Place.KEPT.waiting();

    /** A worker leaves, so that nobody will know its names: what is kept for it is looked at anew, as far as it is no great work. */
    static void giveUp(Connection connection, WorkerId worker) throws SQLException {
        List<String> names = Sql.query(
                connection,
                "SELECT name FROM " + NAMES + " AS known WHERE worker = ?",
                row -> row.getString("name"),
                worker.value());
        for (String name : names) {
            Sql.update(connection, GIVE_UP, name);
        }
    }
}
