package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.claudecluster.worker.e2e.Machine;
import org.claudecluster.worker.e2e.WorkerProcess;
import org.claudecluster.worker.e2e.WorkerSetup;

/**
 * Workers that share a PostgreSQL, each over a link of its own. Leases are short. Closing it ends the workers and holds
 * what is true after every test: no process of a task is left, no terminal is open, and no task's history has a change
 * that must never be.
 */
@SuppressWarnings("try") // close waits for processes, so it may be interrupted
final class Cluster implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(4);
    static final Duration MARGIN = Duration.ofSeconds(1);
    static final Duration RENEW = Duration.ofSeconds(1);
    /** How long two cores that do something else may delay anything. */
    static final Duration SLACK = Duration.ofSeconds(10);

    private static final Duration STOP = Duration.ofSeconds(20);

    private final Path home;
    private final Database database = Database.create();
    private final Map<String, String> settings = new TreeMap<>();
    private final List<Replica> replicas = new ArrayList<>();

    Cluster(Path home) throws SQLException {
        this.home = home;
        with("WORKER_LEASE_DURATION", LEASE.toString());
        with("WORKER_LEASE_RENEW", RENEW.toString());
        with("WORKER_LEASE_MARGIN", MARGIN.toString());
        with("WORKER_QUEUE_POLL", "200ms");
        with("WORKER_STORAGE_USERNAME", "postgres");
    }

    /** A setting of all replicas that are made after this. */
    Cluster with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    /** Tasks run their prompt as a shell script. */
    Cluster withShell() throws IOException {
        return with("EXECUTOR_TYPE", "pty")
                .with("CLAUDE_CLI_PATH", WorkerSetup.shellCli(home).toString());
    }

    /** A worker that is not started yet. */
    Replica replica(String name) throws IOException {
        FaultyLink link = new FaultyLink(database.server()::port);
        WorkerSetup setup = WorkerSetup.in(Files.createDirectory(home.resolve(name)))
                .with("WORKER_NAME", name)
                .with("WORKER_STORAGE_JDBC_URL", database.url(link.port()));
        settings.forEach(setup::with);
        Replica replica = new Replica(setup, link);
        replicas.add(replica);
        return replica;
    }

    TaskTable table() {
        return database.table();
    }

    Server server() {
        return database.server();
    }

    @Override
    public void close() throws Exception {
        try {
            for (Replica replica : replicas) {
                end(replica);
            }
            requireNoLeftover();
            table().requireLawfulHistory();
        } finally {
            replicas.forEach(replica -> replica.link().close());
            database.close();
        }
    }

    private static void end(Replica replica) throws IOException, InterruptedException {
        replica.link().become(FaultyLink.State.OPEN);
        WorkerProcess alive = replica.alive();
        if (alive != null) {
            alive.signal("CONT");
            try {
                alive.terminate(STOP);
            } finally {
                alive.kill();
            }
        }
        replica.processes().forEach(process -> process.api().close());
    }

    /** What is left is ended, so that one failure does not become many. */
    private void requireNoLeftover() throws SQLException {
        Map<Long, String> left = Machine.processesOf(table().ids());
        left.keySet().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        assertThat(left).as("processes that tasks left").isEmpty();
    }
}
