package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.Ports;

/** A PgBouncer in transaction mode: what is set on a connection, or listened for, is gone with the transaction. */
final class Pooler implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin/pgbouncer"), Path.of("/usr/bin/pgbouncer"));

    private final Process process;
    private final int port;

    private Pooler(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Pooler start(Path home, int databasePort) throws IOException {
        int port = Ports.free();
        Path users = Files.writeString(home.resolve("pgbouncer.users"), "\"postgres\" \"\"\n");
        Path settings = Files.writeString(home.resolve("pgbouncer.ini"), """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                pool_mode = transaction
                default_pool_size = 4
                max_client_conn = 200
                auth_type = trust
                auth_file = %s
                ignore_startup_parameters = extra_float_digits
                """.formatted(databasePort, port, users));
        // In a user namespace it is nobody, since it refuses to be root.
        Process process = new ProcessBuilder("unshare", "--user", program().toString(), settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("pgbouncer.log").toFile())
                .start();
        Pooler pooler = new Pooler(process, port);
        await("pgbouncer listens").until(pooler::listens);
        return pooler;
    }

    int port() {
        return port;
    }

    private boolean listens() {
        assertThat(process.isAlive()).as("pgbouncer runs").isTrue();
        try (Socket socket = new Socket(LOOPBACK, port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private static Path program() {
        return PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("install pgbouncer (the Debian package of that name)"));
    }

    @Override
    public void close() {
        process.destroy();
        await("pgbouncer ends").until(() -> !process.isAlive());
    }
}
