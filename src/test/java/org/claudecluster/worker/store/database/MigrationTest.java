package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.claudecluster.worker.store.Databases;
import org.claudecluster.worker.store.PostgresServer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the landed version 3 to this one: a store that is large, in use, slow, or was left in the middle. */
class MigrationTest {

    private static final PostgresServer SERVER = PostgresServer.NEWEST;
    private static final int TASKS = 100_000;

    /** Far below the startup probe's two minutes where nothing else runs; this machine may do much else. */
    private static final Duration BOUND = Duration.ofMinutes(5);

    /** A lock is asked for 3 s and then not for 2 s. */
    private static final Duration LET_THROUGH = Duration.ofSeconds(8);

    private static final String FILL = """
            INSERT INTO task (id, status, priority, wanted_worker, require_worker, not_before, timeout_ms, max_attempts,
                              prompt, spec, created_at, attempt, epoch, worker, lease_until, finished_at, output_bytes,
                              turns, reason, idempotency_key)
            SELECT CAST('00000000-0000-4000-8000-' || LPAD(CAST(i AS varchar), 12, '0') AS uuid), status, MOD(i, 11),
                   CASE WHEN MOD(i, 13) = 0 THEN 'w' END, MOD(i, 26) = 0,
                   CASE WHEN MOD(i, 3) = 0 THEN CURRENT_TIMESTAMP + INTERVAL '1' DAY
                        WHEN MOD(i, 3) = 1 THEN CURRENT_TIMESTAMP - INTERVAL '9' DAY END,
                   1000, 3, 'p', '{}', CURRENT_TIMESTAMP - INTERVAL '1' SECOND * CAST(i AS int),
                   CASE WHEN status = 'pending' THEN 0 ELSE 1 END, 1, 'dead',
                   CASE WHEN status = 'running' THEN CURRENT_TIMESTAMP END,
                   CASE WHEN status IN ('failed', 'cancelled', 'completed') THEN CURRENT_TIMESTAMP END, 0, 0,
                   CASE status WHEN 'failed' THEN 'api_error' WHEN 'cancelled' THEN 'cancelled' END, 'key ' || i
              FROM (SELECT i, CASE MOD(i, 10) WHEN 0 THEN 'running' WHEN 1 THEN 'failed' WHEN 2 THEN 'cancelled'
                                              WHEN 3 THEN 'completed' ELSE 'pending' END AS status
                      FROM %s) AS numbered
            """;

    private static final String SERIES_OF_POSTGRES = "generate_series(1, " + TASKS + ") AS series(i)";
    private static final String SERIES_OF_H2 = "(SELECT CAST(x AS int) AS i FROM SYSTEM_RANGE(1, " + TASKS + "))";

    /** Told apart from what the migration writes: by two cases, not by the greater of two. */
    private static final String OPEN = "CASE WHEN not_before > created_at THEN not_before ELSE created_at END";

    private static final List<String> NEVER = List.of(
            "status = 'pending' AND open_at <> " + OPEN,
            "status = 'pending' AND turn_at <> " + OPEN + " - INTERVAL '1' SECOND * CAST(30 * priority AS int)",
            "status <> 'pending' AND (open_at < created_at OR turn_at <> open_at)",
            "status = 'failed' AND reason <> 'api_error'",
            "status = 'cancelled' AND reason <> 'cancelled'",
            "status IN ('pending', 'running', 'completed') AND reason IS NOT NULL",
            "status = 'pending' AND place = 'unknown'",
            "status = 'pending' AND place <> 'later' AND open_at > CURRENT_TIMESTAMP",
            "place = 'open' AND (wanted_worker IS NOT NULL OR line <> '')",
            "place = 'named' AND (NOT require_worker OR line <> wanted_worker)",
            "idempotency_key IS NULL OR idempotency_key NOT LIKE 'key %'",
            "tenant <> 'default' OR submitted_by IS NOT NULL",
            "exact_reason IS NOT NULL OR complete_id IS NOT NULL OR parks <> 0 OR parked_since IS NOT NULL");

    @TempDir
    Path directory;

    @Test
    void a_hundred_thousand_tasks_on_postgresql_come_through() throws SQLException {
        try (AgroalDataSource pool = landed()) {
            migrates(pool, SERIES_OF_POSTGRES);
        }
    }

    @Test
    void a_hundred_thousand_tasks_on_h2_come_through() throws SQLException {
        try (AgroalDataSource pool = h2()) {
            migrates(pool, SERIES_OF_H2);
        }
    }

    private static void migrates(AgroalDataSource pool, String series) throws SQLException {
        assertThat(sql(pool, FILL.formatted(series))).isEqualTo(TASKS);
        List<String> before = counts(pool);
        long started = System.nanoTime();

        prepare(pool);

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(BOUND);
        assertThat(counts(pool)).isEqualTo(before);
        assertThat(NEVER)
                .allSatisfy(never -> assertThat(text(pool, "SELECT count(*) FROM task WHERE " + never))
                        .containsExactly("0"));
    }

    private static List<String> counts(AgroalDataSource pool) throws SQLException {
        return text(pool, "SELECT status || ' ' || count(*) FROM task GROUP BY status ORDER BY status");
    }

    @Test
    void a_migration_may_take_longer_than_connections_wait_and_transactions_may_stand_still() throws SQLException {
        String url = SERVER.newEmptyDatabase();
        SERVER.execute("ALTER DATABASE " + url.replaceAll(".*/([a-z0-9]+)\\?.*", "$1")
                + " SET idle_in_transaction_session_timeout = '1s'");
        try (AgroalDataSource pool = Databases.pool(url + "&socketTimeout=1", "postgres")) {
            Schema.prepare(pool, Databases.schema(pool, "classpath:db/slow"), Duration.ZERO);

            assertThat(versions(pool)).endsWith("5");
            assertThat(text(pool, "SHOW idle_in_transaction_session_timeout")).containsExactly("1s");
        }
    }

    @Test
    void workers_get_through_while_a_migration_waits_for_a_table() throws Exception {
        try (AgroalDataSource pool = landed();
                AgroalDataSource own = Databases.pool(url(pool), "postgres")) {
            CompletableFuture<Void> migrated;
            try (Connection reader = pool.getConnection()) {
                reader.setAutoCommit(false);
                Sql.query(reader, "SELECT id FROM task", row -> row.getString(1));
                migrated = CompletableFuture.runAsync(() -> prepare(own));
                await().atMost(BOUND)
                        .until(() -> !text(
                                        pool,
                                        "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'task'::regclass")
                                .isEmpty());
                long asked = System.nanoTime();
                sql(pool, "UPDATE task SET turns = 1 WHERE status = 'running'");

                assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(LET_THROUGH);
                assertThat(migrated).isNotDone();
                reader.rollback();
            }
            assertThat(migrated).succeedsWithin(BOUND);
        }
    }

    @Test
    void who_holds_a_table_for_long_is_told_of() {
        assertThat(StoreFailures.refusal(new FlywayException(new SQLException("canceling statement", "55P03"))))
                .hasMessageContaining("another transaction holds its tables");
    }

    @Test
    void of_two_that_start_at_once_one_migrates_and_the_other_waits() throws SQLException {
        try (AgroalDataSource pool = landed();
                AgroalDataSource other = Databases.pool(url(pool), "postgres")) {
            sql(pool, FILL.formatted(SERIES_OF_POSTGRES));

            List<CompletableFuture<Void>> both = Stream.of(pool, other)
                    .map(one -> CompletableFuture.runAsync(() -> prepare(one)))
                    .toList();

            assertThat(both).allSatisfy(one -> assertThat(one).succeedsWithin(BOUND));
            assertThat(versions(pool)).doesNotHaveDuplicates().endsWith("4.14");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0.1", "4.11", "4.14"})
    void what_a_kill_left_in_the_middle_is_run_again(String version) throws SQLException {
        try (AgroalDataSource pool = h2()) {
            upTo(pool, version);
            sql(pool, "DELETE FROM \"flyway_schema_history\" WHERE \"version\" = '" + version + "'");

            prepare(pool);

            assertThat(versions(pool)).contains(version).endsWith("4.14");
        }
    }

    @Test
    void what_a_full_disk_left_in_the_middle_is_run_again() throws SQLException {
        try (AgroalDataSource pool = h2()) {
            upTo(pool, "4");
            sql(pool, "UPDATE \"flyway_schema_history\" SET \"success\" = FALSE WHERE \"version\" = '4'");

            prepare(pool);

            assertThat(versions(pool)).contains("4").endsWith("4.14");
        }
    }

    private static AgroalDataSource landed() {
        AgroalDataSource pool = Databases.pool(SERVER.newEmptyDatabase(), "postgres");
        upTo(pool, "3");
        return pool;
    }

    private AgroalDataSource h2() {
        AgroalDataSource pool = Databases.pool(Databases.h2(directory), "sa");
        upTo(pool, "3");
        return pool;
    }

    private static void upTo(AgroalDataSource pool, String version) {
        Flyway.configure()
                .configuration(Databases.schema(pool).getConfiguration())
                .target(version)
                .load()
                .migrate();
    }

    private static String url(AgroalDataSource pool) {
        return pool.getConfiguration()
                .connectionPoolConfiguration()
                .connectionFactoryConfiguration()
                .jdbcUrl();
    }

    private static void prepare(AgroalDataSource pool) {
        Schema.prepare(pool, Databases.schema(pool), Duration.ZERO);
    }

    private static List<String> versions(AgroalDataSource pool) throws SQLException {
        return text(pool, "SELECT \"version\" FROM \"flyway_schema_history\" ORDER BY \"installed_rank\"");
    }

    private static int sql(AgroalDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Sql.update(connection, sql);
        }
    }

    private static List<String> text(AgroalDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Sql.query(connection, sql, row -> row.getString(1));
        }
    }
}
