package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agroal.api.AgroalDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.claudecluster.worker.Ports;
import org.claudecluster.worker.store.Databases;
import org.claudecluster.worker.store.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that a start must refuse: one line that says what to do, and nothing is changed. */
class SchemaTest {

    private static final PostgresServer SERVER = PostgresServer.NEWEST;

    @TempDir
    Path directory;

    @Test
    void an_empty_database_gets_the_schema_and_a_second_start_finds_it() throws SQLException {
        try (AgroalDataSource pool = Databases.pool(SERVER.newEmptyDatabase(), "postgres")) {
            prepare(pool);
            prepare(pool);

            assertThat(rows(pool, "SELECT status FROM task")).isEmpty();
        }
    }

    @Test
    void a_schema_one_version_newer_is_taken_and_two_versions_newer_refused() throws SQLException {
        try (AgroalDataSource pool = Databases.pool(SERVER.newEmptyDatabase(), "postgres")) {
            Databases.schema(pool, "classpath:db/next").migrate();
            prepare(pool);

            Databases.schema(pool, "classpath:db/next", "classpath:db/later").migrate();
            List<String> before = rows(pool, "SELECT script FROM flyway_schema_history ORDER BY installed_rank");

            assertThatThrownBy(() -> prepare(pool))
                    .isInstanceOf(StoreRefusedException.class)
                    .hasMessageContaining("version 6")
                    .hasMessageContaining("one version at a time");
            assertThat(rows(pool, "SELECT script FROM flyway_schema_history ORDER BY installed_rank"))
                    .isEqualTo(before);
        }
    }

    @Test
    void a_host_that_refuses_is_told_after_the_patience() {
        refused("jdbc:postgresql://127.0.0.1:" + Ports.free() + "/any", "postgres", "")
                .contains("does not answer", "WORKER_STORAGE_JDBC_URL");
    }

    @Test
    void a_host_that_takes_connections_and_says_nothing_does_not_hang_the_start() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url =
                    "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/any?socketTimeout=1&sslmode=disable";
            refused(url, "postgres", "").contains("does not answer");
        }
    }

    @Test
    void a_wrong_password_is_told_and_not_shown() throws Exception {
        String role = "r" + System.nanoTime();
        SERVER.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'right'");
        SERVER.requirePassword(role);

        refused(SERVER.url("postgres"), role, "a-wrong-one")
                .contains("WORKER_STORAGE_USERNAME", "WORKER_STORAGE_PASSWORD")
                .doesNotContain("a-wrong-one");
    }

    @Test
    void an_unknown_user_is_told() {
        refused(SERVER.url("postgres"), "nobody", "").contains("WORKER_STORAGE_USERNAME");
    }

    @Test
    void a_missing_database_is_told() {
        refused(SERVER.url("not_there"), "postgres", "").contains("no such database");
    }

    @Test
    void a_read_only_database_is_told() {
        String url = used();
        SERVER.execute("ALTER DATABASE " + name(url) + " SET default_transaction_read_only = on");

        refused(url, "postgres", "").contains("read-only", "primary");
    }

    @Test
    void a_user_without_rights_is_told() {
        String role = "r" + System.nanoTime();
        SERVER.execute("CREATE ROLE " + role + " LOGIN");

        refused(used(), role, "").contains("lacks a right");
    }

    @Test
    void an_embedded_store_in_use_is_told() throws IOException {
        Path file = embedded();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            refused(Databases.h2(directory), "sa", "").contains("another process uses the embedded store");
        }
    }

    @Test
    void an_embedded_store_that_is_broken_is_told_and_left_as_it_is() throws IOException {
        Path file = embedded();
        byte[] bytes = new byte[20_000];
        Arrays.fill(bytes, (byte) 'x');
        Files.write(file, bytes);

        refused(Databases.h2(directory), "sa", "").contains("can't be opened", "backup", "WORKER_STORAGE_DATA_DIR");

        assertThat(file).hasBinaryContent(bytes);
    }

    /** A store that was used and closed. */
    private Path embedded() {
        try (AgroalDataSource pool = Databases.pool(Databases.h2(directory), "sa")) {
            prepare(pool);
        }
        return Databases.h2File(directory);
    }

    /** A database that another worker has used. */
    private static String used() {
        String url = SERVER.newEmptyDatabase();
        try (AgroalDataSource pool = Databases.pool(url, "postgres")) {
            prepare(pool);
        }
        return url;
    }

    private static String name(String url) {
        return url.replaceAll(".*/([a-z0-9]+)\\?.*", "$1");
    }

    private static void prepare(AgroalDataSource pool) {
        Schema.prepare(pool, Databases.schema(pool), Duration.ZERO);
    }

    private static AbstractStringAssert<?> refused(String url, String user, String password) {
        try (AgroalDataSource pool = Databases.pool(url, user, password)) {
            Throwable failure = catchThrowable(() -> prepare(pool));
            assertThat(failure).isInstanceOf(StoreRefusedException.class);
            return assertThat(String.valueOf(failure.getMessage())).doesNotContain("\n");
        }
    }

    private static List<String> rows(AgroalDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Sql.query(connection, sql, row -> row.getString(1));
        }
    }
}
