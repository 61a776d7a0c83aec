package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.WorkerState;

/** A store in which very much waits that a claim by {@link #CLAIMANT} can't have, and the statements that must not read it. */
final class WaitingRows {

    /** Of each kind; of all kinds together that is 100,000. */
    static final int EACH = Integer.getInteger("plan.rows", 20_000);

    /** Waits for longer than a test takes where another worker is preferred, and takes it for alive all the while. */
    static final Claimant CLAIMANT = new Claimant(
            StoreFixture.ME.id(),
            StoreFixture.ME.names(),
            "pty",
            Optional.of("credential"),
            Sessions.NONE,
            Duration.ofHours(1),
            Duration.ofHours(1));

    private static final String IN_AN_HOUR = "CURRENT_TIMESTAMP + INTERVAL '1' HOUR";

    /** Where priority alone decides, the turn of what is scheduled lies years before its time. */
    private static final List<String> KINDS = List.of(
            kind("NULL", "FALSE", IN_AN_HOUR, "later", "''"),
            kind("'me'", "TRUE", IN_AN_HOUR, "later", "''"),
            kind("'dead-' || MOD(i, 20)", "TRUE", "NULL", "named", "'dead-' || MOD(i, 20)"),
            kind("'dead'", "TRUE", "NULL", "named", "'dead'"),
            kind("'other'", "FALSE", "NULL", "kept", "'other'"));

    private static String kind(String wanted, String required, String later, String place, String line) {
        return "CAST(%s AS varchar(200)) AS wanted, %s AS required, CAST(%s AS timestamp(3) with time zone) AS later, "
                        .formatted(wanted, required, later)
                + "'%s' AS place, %s AS line".formatted(place, line);
    }

    private WaitingRows() {}

    static void fillPostgres(AgroalDataSource database) throws SQLException {
        fill(database, "gen_random_uuid()", "generate_series(1, " + EACH + ") AS series(i)");
    }

    static void fillH2(AgroalDataSource database) throws SQLException {
        fill(database, "RANDOM_UUID()", "(SELECT CAST(x AS int) AS i FROM SYSTEM_RANGE(1, " + EACH + "))");
    }

    private static void fill(AgroalDataSource database, String uuid, String series) throws SQLException {
        announceOther(database);
        try (Connection connection = database.getConnection()) {
            for (String kind : KINDS) {
                Sql.update(connection, insert(uuid, kind, series));
            }
            Sql.update(connection, needs(uuid));
        }
    }

    private static String insert(String uuid, String kind, String series) {
        return """
                INSERT INTO task (id, status, priority, wanted_worker, require_worker, not_before, timeout_ms, max_attempts,
                                  prompt, spec, created_at, open_at, turn_at, place, line, attempt, epoch, output_bytes, turns)
                SELECT %s, 'pending', 5, wanted, required, later, 300000, 1, '%s', '%s', CURRENT_TIMESTAMP,
                       COALESCE(later, CURRENT_TIMESTAMP), COALESCE(later, CURRENT_TIMESTAMP) - INTERVAL '1' DAY * 9125,
                       place, line, 0, 0, 0, 0
                  FROM (SELECT %s FROM %s) AS kind
                """.formatted(uuid, "p".repeat(300), TaskJson.write(TaskJson.Rest.NONE), kind, series);
    }

    private static String needs(String uuid) {
        return "INSERT INTO task_need (task, kind, needed) SELECT id, 'workspace', " + uuid
                + " FROM task WHERE status = 'pending'";
    }

    /** Alive, so that what is kept for it stays so. */
    static void announceOther(AgroalDataSource database) {
        try (JdbcTaskStore store = new JdbcTaskStore(database)) {
            Claimant other = StoreFixture.OTHER;
            store.announce(new WorkerState(other.id(), "other", other.names(), "1", 5, 0, false));
        }
    }

    record Asked(String name, String sql, Object[] parameters) {

        static Asked asked(String name, String sql, Object... parameters) {
            return new Asked(name, sql, parameters);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** All that is asked at a claim, a submit, a follow-up, a deletion and a purge. */
    static Stream<Asked> statements() {
        UUID any = UUID.randomUUID();
        return Stream.of(
                Asked.asked("claim", Turns.ANYBODYS, "", 5),
                Asked.asked(
                        "signs",
                        Turns.signs(CLAIMANT.names().size()),
                        Turns.parametersOfSigns(CLAIMANT).toArray()),
                Asked.asked("claim of what is kept for us", Turns.OURS.get(0), "me", 5),
                Asked.asked("claim of what only we may have", Turns.OURS.get(1), "me", 5),
                Asked.asked("whether a new one is next", Turns.NOTHING_FIRST, "credential"),
                Asked.asked("what is due", Places.DUE_ONES),
                Asked.asked("what is kept for too long", Places.KEPT_TOO_LONG, 3_600),
                Asked.asked("what is kept for one", Places.KEPT_FOR, "nobody"),
                Asked.asked("what is given up", Places.GIVE_UP, "nobody"),
                Asked.asked("what is to be learnt", Places.UNKNOWN),
                Asked.asked("an open follow-up", Needs.NEEDED_BY, any, "workspace"),
                Asked.asked("an open follow-up of a tenant", Needs.NEEDED_BY_OWN, any, "workspace", "default"),
                Asked.asked("a tenant's task", TenantReads.FIND, any, "default"),
                Asked.asked("a key", Enqueues.WITH_KEY, "key", "default"),
                Asked.asked("who was first in a session", TenantReads.FIRST_IN_SESSION, any.toString()),
                Asked.asked("what waits of a version before", Needs.UNKNOWN_WITH.get(0), "%" + any + "%"),
                Asked.asked("what runs of a version before", Needs.UNKNOWN_WITH.get(1), "%" + any + "%"),
                Asked.asked("who ran in a session", Needs.RAN_IN, any.toString()),
                Asked.asked("who waits to resume a session", Needs.NEEDED_BY, any, "session"));
    }

    /**
     * Claims from a store in which nothing else waits and from one in which much does, in nanoseconds.
     *
     * @param slowest the 99th percentile where much waits
     */
    record Medians(long empty, long full, long slowest) {}

    /**
     * Medians of a claim that gets one task, side by side on both stores, so that whatever else the machine
     * does slows both.
     */
    static Medians claims(AgroalDataSource empty, AgroalDataSource full, int times) {
        try (JdbcTaskStore first = new JdbcTaskStore(empty);
                JdbcTaskStore second = new JdbcTaskStore(full)) {
            List<Long> ofEmpty = new ArrayList<>();
            List<Long> ofFull = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                ofEmpty.add(claim(first));
                ofFull.add(claim(second));
            }
            return new Medians(quantile(ofEmpty, 50), quantile(ofFull, 50), quantile(ofFull, 99));
        }
    }

    private static long claim(JdbcTaskStore store) {
        TaskId id = TaskId.create(Instant.now());
        store.enqueue(new NewTask(
                id, Submitter.UNKNOWN, ASpec.asking("due").priority(1).build(), Optional.empty()));
        long begun = System.nanoTime();
        List<TaskId> claimed =
                store.claim(CLAIMANT, 5).stream().map(task -> task.id()).toList();
        long took = System.nanoTime() - begun;
        if (!claimed.equals(List.of(id))) {
            throw new AssertionError("claimed " + claimed + " instead of " + id);
        }
        return took;
    }

    private static long quantile(List<Long> nanos, int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[sorted.length * percent / 100];
    }

    static String lines(List<String> plan) {
        return String.join("\n", plan);
    }

    /** Whatever the group of the pattern finds. */
    static LongStream numbers(String plan, String pattern) {
        return Pattern.compile(pattern).matcher(plan).results().mapToLong(found -> Long.parseLong(found.group(1)));
    }
}
