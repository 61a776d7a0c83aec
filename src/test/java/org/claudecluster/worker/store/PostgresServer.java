package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.claudecluster.worker.Ports;
import org.claudecluster.worker.store.database.Sql;
import org.jspecify.annotations.Nullable;

/** The oldest and the newest PostgreSQL that are supported. Each starts when it is first asked for, once for all tests. */
public final class PostgresServer {

    /** Its binaries are copied beside the classes by Maven, since the class path holds those of one version only. */
    static final PostgresServer OLDEST =
            new PostgresServer(builder -> builder.setPgBinaryResolver((_, _) -> binariesOf14()));

    public static final PostgresServer NEWEST = new PostgresServer(UnaryOperator.identity());

    private static final Duration START = Duration.ofSeconds(60);

    private final UnaryOperator<EmbeddedPostgres.Builder> version;
    private @Nullable EmbeddedPostgres running;

    private PostgresServer(UnaryOperator<EmbeddedPostgres.Builder> version) {
        this.version = version;
    }

    /** A database of its own with today's schema. */
    AgroalDataSource newDatabase() {
        return Databases.open(newEmptyDatabase(), "postgres");
    }

    /** A URL of a database of its own, without a schema. */
    public String newEmptyDatabase() {
        return newEmptyDatabase("");
    }

    /** The same, with options of {@code CREATE DATABASE}. */
    public String newEmptyDatabase(String options) {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        execute("CREATE DATABASE " + name + " " + options);
        return url(name);
    }

    /** How many there are in the database with this URL. */
    int sessions(String url) throws SQLException {
        String sql = "SELECT pid FROM pg_stat_activity WHERE datname = ?";
        try (Connection connection = running().getPostgresDatabase().getConnection()) {
            return Sql.query(connection, sql, row -> row.getInt("pid"), name(url))
                    .size();
        }
    }

    /** The name of the database with this URL. */
    static String name(String url) {
        return url.substring(url.lastIndexOf('/') + 1, url.indexOf('?'));
    }

    /** A URL for the user postgres, who needs no password. As the service has it, no plan is kept for other values. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + running().getPort() + "/" + database
                + "?sslmode=disable&prepareThreshold=0";
    }

    /** From now on this role must say its password; all others go on without. */
    public void requirePassword(String role) throws IOException, SQLException {
        Path rules;
        try (Connection connection = running().getPostgresDatabase().getConnection()) {
            rules = Path.of(Sql.query(connection, "SHOW hba_file", row -> row.getString(1))
                    .getFirst());
        }
        Files.writeString(rules, "host all " + role + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        execute("SELECT pg_reload_conf()");
    }

    /** Runs a statement as the server's owner. */
    public void execute(String sql) {
        try (Connection connection = running().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private synchronized EmbeddedPostgres running() {
        EmbeddedPostgres server = running;
        if (server == null) {
            server = start();
            running = server;
        }
        return server;
    }

    private EmbeddedPostgres start() {
        try {
            Path work = Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
            EmbeddedPostgres server = version.apply(EmbeddedPostgres.builder())
                    .setOverrideWorkingDirectory(work.toFile())
                    .setPort(Ports.free())
                    .setPGStartupWait(START)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server)));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(EmbeddedPostgres server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive inside the copied jar. */
    private static InputStream binariesOf14() throws IOException {
        Path jar = Path.of("target", "postgres-14.jar").toAbsolutePath();
        return URI.create("jar:" + jar.toUri() + "!/postgres-linux-x86_64.txz")
                .toURL()
                .openStream();
    }
}
