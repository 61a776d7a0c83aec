package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL that keeps its promises ({@code fsync}), can be crashed, and comes back on the same port. */
final class Server {

    private static final Path WORK = Path.of("target", "postgres").toAbsolutePath();
    private static final Duration START = Duration.ofSeconds(30);

    private final Path directory;
    private EmbeddedPostgres running;

    /** One for all tests of this JVM, which ends it. */
    static Server shared() {
        return Shared.SERVER;
    }

    /** Started when it is first asked for. */
    private static final class Shared {

        static final Server SERVER = open();

        private static Server open() {
            try {
                Path directory = Files.createTempDirectory(Files.createDirectories(WORK), "data");
                Server server = new Server(directory);
                Runtime.getRuntime().addShutdownHook(new Thread(server::end));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Server(Path directory) throws IOException {
        this.directory = directory;
        this.running = start(0);
    }

    int port() {
        return running.getPort();
    }

    /** Ends it as a crash does: nothing is finished, connections break, the log is replayed at the next start. */
    void crash() throws IOException, InterruptedException {
        String pid = Files.readAllLines(directory.resolve("postmaster.pid")).getFirst();
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -QUIT " + pid)
                        .start()
                        .waitFor())
                .isZero();
        postmaster.onExit().orTimeout(START.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Starts it again after a crash. */
    void restart() throws IOException {
        running = start(running.getPort());
    }

    void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + name);
    }

    void dropDatabase(String name) throws SQLException {
        execute("DROP DATABASE " + name + " WITH (FORCE)");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = running.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(WORK.toFile())
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .setPGStartupWait(START);
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    private void end() {
        try {
            running.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
