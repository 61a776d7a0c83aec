package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
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

/** The oldest and the newest PostgreSQL that are supported. Each starts when it is first asked for, once for all tests. */
enum PostgresServer {
    /** Its binaries are copied beside the classes by Maven, since the class path holds those of one version only. */
    OLDEST(PostgresServer::binariesOf14),
    NEWEST(null);

    private static final Duration START = Duration.ofSeconds(60);

    private final PgBinaryResolver binaries;
    private EmbeddedPostgres running;

    PostgresServer(PgBinaryResolver binaries) {
        this.binaries = binaries;
    }

    /** A database of its own with today's schema. */
    AgroalDataSource newDatabase() {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection = running().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            return Databases.open(running().getJdbcUrl("postgres", name), "postgres");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized EmbeddedPostgres running() {
        if (running == null) {
            try {
                Path work =
                        Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
                EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(work.toFile())
                        .setPGStartupWait(START);
                running = (binaries == null ? builder : builder.setPgBinaryResolver(binaries)).start();
                Runtime.getRuntime().addShutdownHook(new Thread(this::end));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return running;
    }

    private void end() {
        try {
            running.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive inside the copied jar. */
    private static InputStream binariesOf14(String system, String architecture) throws IOException {
        Path jar = Path.of("target", "postgres-14.jar").toAbsolutePath();
        return URI.create("jar:" + jar.toUri() + "!/postgres-linux-x86_64.txz")
                .toURL()
                .openStream();
    }
}
