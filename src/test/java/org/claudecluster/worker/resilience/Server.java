package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.claudecluster.worker.Ports;

/** A PostgreSQL that keeps its promises ({@code fsync}), can be crashed, and comes back on the same port. */
final class Server {

    private static final Path WORK = Path.of("target", "postgres").toAbsolutePath();
    private static final Duration START = Duration.ofSeconds(30);

    private final Path directory;
    private final EmbeddedPostgres running;

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
        this.running = start();
    }

    int port() {
        return running.getPort();
    }

    /** Ends it as a crash does: nothing is finished, connections break, the log is replayed at the next start. */
    void crash() throws IOException, InterruptedException {
        control("stop", "-m", "immediate");
    }

    /** Starts it again after a crash, as it was and on the same port. */
    void restart() throws IOException, InterruptedException {
        control("restart");
    }

    /** PostgreSQL's own way, in a user namespace as at the first start, since it refuses to be root. */
    private void control(String... action) throws IOException, InterruptedException {
        String options = Files.readString(directory.resolve("postmaster.opts"));
        Path program = Path.of(options.substring(0, options.indexOf(' '))).resolveSibling("pg_ctl");
        List<String> command = new ArrayList<>(List.of("unshare", "--user", program.toString(), "-w", "-D"));
        command.add(directory.toString());
        command.addAll(List.of(action));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("control.log").toFile())
                .start();
        assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("control.log")))
                .isZero();
    }

    void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + name);
    }

    void dropDatabase(String name) throws SQLException {
        execute("DROP DATABASE " + name + " WITH (FORCE)");
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = running.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(WORK.toFile())
                .setDataDirectory(directory)
                .setPort(Ports.free())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setPGStartupWait(START)
                .start();
    }

    private void end() {
        try {
            running.close();
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
