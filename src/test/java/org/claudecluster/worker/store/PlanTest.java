package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskFilter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On a PostgreSQL that holds 100,000 finished, 10,000 claimable and 100,000 tasks that wait and can't be claimed, what is
 * asked often reads an index, and a claim not more than it needs.
 */
class PlanTest {

    private static final Logger LOG = Logger.getLogger(PlanTest.class);

    private static final int CLAIMS = 200;
    private static final Tenant SMALL = new Tenant("small");

    private static final String FINISHED = """
            INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec,
                              created_at, started_at, finished_at, attempt, epoch, worker, output_bytes, turns)
            SELECT gen_random_uuid(), 'completed', 1 + i % 10, FALSE, 300000, 1, repeat('p', 300), '{}',
                   now(), now(), now() - interval '1 minute' * i, 1, 1, 'w', 0, 0
              FROM generate_series(1, 100000) i
            """;
    private static final String PENDING = """
            INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec,
                              created_at, place, attempt, epoch, output_bytes, turns)
            SELECT gen_random_uuid(), 'pending', 1 + i % 10, FALSE, 300000, 1, repeat('p', 300), ?, now(), 'open', 0, 0, 0, 0
              FROM generate_series(1, 10000) i
            """;

    private static final String RUNNING = """
            INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec,
                              created_at, started_at, lease_until, attempt, epoch, worker, output_bytes, turns)
            SELECT gen_random_uuid(), 'running', 5, FALSE, 300000, 1, repeat('p', 300), '{}',
                   now(), now(), now() + interval '1 hour', 1, 1, 'w', 0, 0
              FROM generate_series(1, 20) i
            """;

    /** Older than all that others have. */
    private static final String OF_A_SMALL_TENANT = """
            INSERT INTO task (id, tenant, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec,
                              created_at, started_at, finished_at, attempt, epoch, worker, output_bytes, turns)
            SELECT gen_random_uuid(), 'small', CASE i % 2 WHEN 0 THEN 'completed' ELSE 'failed' END, 5, FALSE, 300000, 1,
                   repeat('p', 300), '{}', now(), now(), now(), 1, 1, 'w', 0, 0
              FROM generate_series(1, 200) i
            """;

    private static final String ATTEMPTS = """
            INSERT INTO attempt (task, epoch, attempt, worker, session_id, resumed, first_id, started_at, ended_at,
                                 end_kind, reported_micros)
            SELECT id, 1, 1, 'w', 'session ' || enqueue_no, FALSE, 4294967297, now(), now(), 'completed', 1
              FROM task WHERE status = 'completed'
            """;

    private static final String NEARLY_ALL_ARE = """
            SELECT pg_restore_attribute_stats(
                'schemaname', current_schema()::text, 'relname', 'task', 'attname', 'place', 'inherited', FALSE,
                'null_frac', 0::real, 'avg_width', 6, 'n_distinct', 2::real,
                'most_common_vals', ?::text, 'most_common_freqs', '{0.99,0.01}'::real[])
            """;

    /** Nothing waits. */
    private static AgroalDataSource empty;
    /** Only what can't be claimed waits. */
    private static AgroalDataSource full;
    /** Much can be claimed as well. */
    private static AgroalDataSource database;

    @BeforeAll
    static void fill() throws SQLException {
        empty = filled("");
        full = filled("others");
        database = filled("others and claimable");
    }

    private static AgroalDataSource filled(String with) throws SQLException {
        AgroalDataSource pool = PostgresServer.NEWEST.newDatabase();
        WaitingRows.announceOther(pool);
        try (Connection connection = pool.getConnection()) {
            Sql.update(connection, OF_A_SMALL_TENANT);
            Sql.update(connection, FINISHED);
            Sql.update(connection, RUNNING);
            Sql.update(connection, ATTEMPTS);
            if (with.contains("claimable")) {
                Sql.update(connection, PENDING, TaskJson.write(TaskJson.Rest.NONE));
            }
        }
        if (with.contains("others")) {
            WaitingRows.fillPostgres(pool);
        }
        try (Connection connection = pool.getConnection()) {
            Sql.update(connection, "VACUUM ANALYZE");
        }
        return pool;
    }

    @AfterAll
    static void close() {
        empty.close();
        full.close();
        database.close();
    }

    /** A page of a tenant's tasks that have this status, or any. */
    private static Arguments list(Tenant tenant, Optional<TaskStatus> status, String index) {
        List<Object> parameters = new ArrayList<>();
        String sql = TaskLists.weights(
                tenant, new TaskFilter(status, Optional.empty(), Map.of(), Optional.empty(), 50), Set.of(), parameters);
        return asked("list of " + tenant + " " + status, sql, index, parameters.toArray());
    }

    /** Not a list of one status of nearly everybody's: PostgreSQL takes them to lie evenly among the others. */
    static Stream<Arguments> lists() {
        return Stream.of(
                list(Tenant.DEFAULT, Optional.empty(), "task_"),
                list(SMALL, Optional.empty(), "task_of_tenant"),
                list(SMALL, Optional.of(TaskStatus.COMPLETED), "task_of_tenant"));
    }

    /** Though 100,000 tasks of others are there, newer than its own. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void a_page_reads_what_it_shows(String name, String sql, String index, @Nullable Object[] parameters)
            throws SQLException {
        String plan = read(database, sql, parameters);

        assertThat(plan).contains(index).doesNotContain("Seq Scan on task ");
        assertThat(pages(plan)).as(plan).isLessThanOrEqualTo(80);
    }

    static Stream<Arguments> oftenAsked() {
        UUID any = UUID.randomUUID();
        return Stream.of(
                asked("a session's last report", Attempts.LAST_OF_SESSION, "attempt_of_session", "session 7"),
                asked("a session's tokens", Attempts.OF_SESSION_SO_FAR, "attempt_of_session", "session 7"),
                asked("attempts of a task", Attempts.OF_TASK, "attempt_pkey", any, "small"),
                asked("a tenant's task", TenantReads.FIND, "task_by_id", any, "small"),
                asked("a cancel of what waits", TenantWrites.CANCEL_PENDING, "task_by_id", any, "small"),
                asked("a cancel of what runs", TenantWrites.CANCEL_RUNNING, "task_by_id", any, "small"),
                asked("an interrupt", TenantWrites.INTERRUPT, "task_by_id", any, "small"),
                asked("a deletion", TenantWrites.DELETE, "task_by_id", any, "default"),
                asked("a key", Enqueues.WITH_KEY, "task_by_idempotency_key", "k", "small"),
                asked("who was first in a session", TenantReads.FIRST_IN_SESSION, "attempt_of_session", "session 7"),
                asked("who names a session", TenantReads.NAMES_SESSION, "task_by_session", "session 7"),
                asked("held", Leases.HELD_BY, "task_by_", "me-1"),
                asked("reap", Abandoned.FIND_ABANDONED, "task_by_", false, "me-1"),
                asked("stop requests", TaskReads.STOP_REQUESTS, "task_by_", "me-1"),
                asked("claim", Turns.ANYBODYS, "task_by_line", "", 5),
                list(Tenant.DEFAULT, Optional.of(TaskStatus.COMPLETED), "task_"),
                asked("stale transcripts", Retention.STALE, "task_by_end", 7 * 86_400, 100),
                asked("old tasks", Retention.OLD, "task_by_end", false, 30 * 86_400, 100));
    }

    private static Arguments asked(String name, String sql, String index, @Nullable Object... parameters) {
        return Arguments.of(name, sql, index, parameters);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oftenAsked")
    void it_reads_an_index(String name, String sql, String index, @Nullable Object[] parameters) throws SQLException {
        String plan;
        try (Connection connection = database.getConnection()) {
            plan = String.join("\n", Sql.query(connection, "EXPLAIN " + sql, row -> row.getString(1), parameters));
        }

        assertThat(plan).contains(index).doesNotContain("Seq Scan on task ", "Seq Scan on attempt ");
    }

    static Stream<WaitingRows.Asked> statements() {
        return WaitingRows.statements();
    }

    /** A few more levels of an index, or what is claimable, is all that a full store may cost more than an empty one. */
    @ParameterizedTest
    @MethodSource("statements")
    void what_waits_and_can_t_be_had_is_not_read(WaitingRows.Asked asked) throws SQLException {
        String ofEmpty = read(empty, asked.sql(), asked.parameters());
        String ofFull = read(full, asked.sql(), asked.parameters());

        assertThat(pages(ofFull))
                .as("%s\nand when nothing waits\n%s", ofFull, ofEmpty)
                .isLessThanOrEqualTo(3 * pages(ofEmpty) + 10);
        assertThat(ofFull).doesNotContain("Seq Scan on task ");
    }

    /** Which search a spec that a version before wrote: they are asked when somebody continues or deletes, not at each poll. */
    static Stream<WaitingRows.Asked> statementsOfEachPoll() {
        return statements().filter(asked -> !Needs.UNKNOWN_WITH.contains(asked.sql()));
    }

    /** Statistics are of another day: all of a sudden much waits, or what a version before wrote is finished. */
    @ParameterizedTest
    @MethodSource("statementsOfEachPoll")
    void no_statistics_make_it_read_the_whole_table(WaitingRows.Asked asked) throws SQLException {
        for (Place place : Place.values()) {
            assertThat(planWhereNearlyAllAre(place, asked)).doesNotContain("Seq Scan on task ");
        }
    }

    private static String planWhereNearlyAllAre(Place place, WaitingRows.Asked asked) throws SQLException {
        try (Connection connection = full.getConnection()) {
            connection.setAutoCommit(false);
            Sql.query(connection, NEARLY_ALL_ARE, row -> row.getBoolean(1), "{" + place.stored() + ",other}");
            String plan = WaitingRows.lines(
                    Sql.query(connection, "EXPLAIN " + asked.sql(), row -> row.getString(1), asked.parameters()));
            connection.rollback();
            return plan;
        }
    }

    private static String read(AgroalDataSource store, String sql, @Nullable Object... parameters) throws SQLException {
        try (Connection connection = store.getConnection()) {
            return WaitingRows.lines(Sql.query(
                    connection,
                    "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) " + sql,
                    row -> row.getString(1),
                    parameters));
        }
    }

    /** Of the whole statement: the first line that tells it has those of all that is below it. */
    private static long pages(String plan) {
        String first = plan.lines()
                .filter(line -> line.contains("Buffers:"))
                .findFirst()
                .orElse("");
        return WaitingRows.numbers(first, "(?:hit|read)=(\\d+)").sum();
    }

    @Test
    void the_depth_is_counted_in_an_index_and_the_longest_waiting_looked_up() throws SQLException {
        String depth = read(full, TaskReads.DEPTH);
        String oldest = read(full, TaskReads.LONGEST_WAITING);

        assertThat(depth).contains("task_by_").doesNotContain("Seq Scan");
        assertThat(pages(oldest)).isLessThanOrEqualTo(3 * pages(read(empty, TaskReads.LONGEST_WAITING)) + 10);
    }

    /** The plans say how it is read; this says how much. */
    @Test
    void a_claim_reads_no_more_rows_than_it_takes_though_100_000_others_wait() throws SQLException {
        String plan = read(database, Turns.ANYBODYS, "", 5);

        assertThat(plan).contains("rows=5").doesNotContain("Rows Removed by Filter");
    }

    @Test
    void a_claim_takes_about_as_long_as_from_an_empty_queue() {
        WaitingRows.Medians medians = WaitingRows.claims(empty, full, 200);

        LOG.infof("claims on PostgreSQL: %s", medians);
        assertThat(medians.full()).isLessThan(5 * medians.empty());
    }

    @Test
    void two_workers_never_claim_the_same() throws Exception {
        try (JdbcTaskStore first = new JdbcTaskStore(database);
                JdbcTaskStore second = new JdbcTaskStore(database)) {
            List<TaskId> claimed = Together.run(List.<Callable<List<TaskId>>>of(
                            () -> claims(first, StoreFixture.ME), () -> claims(second, StoreFixture.OTHER)))
                    .stream()
                    .flatMap(List::stream)
                    .toList();

            assertThat(claimed).hasSizeGreaterThan(CLAIMS).doesNotHaveDuplicates();
        }
    }

    private static List<TaskId> claims(JdbcTaskStore store, Claimant claimant) {
        return IntStream.range(0, CLAIMS)
                .boxed()
                .flatMap(_ -> store.claim(claimant, 5).stream())
                .map(Task::id)
                .toList();
    }
}
