package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.claudecluster.worker.e2e.Machine;
import org.claudecluster.worker.e2e.WorkerProcess;
import org.claudecluster.worker.e2e.WorkerSetup;

/**
 * Workers that share a PostgreSQL, each over a link of its own. Leases are short. Closing it ends the workers and holds
 * what is true after every test: no process of a task is left, no terminal is open, and no task's history has a change
 * that must never be.
 */
final class Cluster implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(5);
    static final Duration MARGIN = Duration.ofSeconds(2);
    static final Duration RENEW = Duration.ofSeconds(1);
    /** How long two cores that do something else may delay anything. */
    static final Duration SLACK = Duration.ofSeconds(10);

    /** From a worker's last renewal until another one has reaped what it ran. */
    static final Duration LOST = LEASE.plus(RENEW).plusSeconds(1).plus(SLACK);

    private static final Duration STOP = Duration.ofSeconds(20);

    private final Path home;
    private final Database database = Database.create();
    private IntSupplier port = database.server()::port;
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

    /** Replicas that are made after this reach the database through a pooler. */
    void through(Pooler pooler) {
        port = pooler::port;
    }

    /** A worker that is not started yet. */
    Replica replica(String name) throws IOException {
        FaultyLink link = new FaultyLink(port);
        WorkerSetup setup = WorkerSetup.in(Files.createDirectory(home.resolve(name)))
                .with("WORKER_NAME", name)
                .with("WORKER_STORAGE_JDBC_URL", database.url(link.port()));
        settings.forEach(setup::with);
        Replica replica = new Replica(name, setup, link);
        replicas.add(replica);
        return replica;
    }

    /** The processes that were started by a task: pid and command line. */
    Map<Long, String> processesOf(String task) {
        return Machine.processesOf(List.of(task));
    }

    Database database() {
        return database;
    }

    TaskTable table() {
        return database.table();
    }

    Server server() {
        return database.server();
    }

    /** Waits until a task's transcript has this text in the database, without asking a worker, which might flush it. */
    void awaitFlushed(String task, String text) {
        await().atMost(SLACK).until(() -> table().transcript(task).contains(text));
    }

    @Override
    public void close() throws IOException, SQLException {
        try {
            replicas.forEach(Cluster::end);
            requireNoLeftover();
            table().requireLawfulHistory();
        } finally {
            replicas.forEach(replica -> replica.link().close());
            database.close();
        }
    }

    private static void end(Replica replica) {
        replica.link().become(FaultyLink.State.OPEN);
        replica.alive().forEach(Cluster::end);
        replica.processes().forEach(process -> process.api().close());
    }

    private static void end(WorkerProcess process) {
        try {
            process.signal("CONT");
            process.terminate(STOP);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroy();
        }
    }

    /** What is left is ended, so that one failure does not become many. */
    private void requireNoLeftover() throws SQLException {
        Map<Long, String> left = Machine.processesOf(table().ids());
        left.keySet().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        assertThat(left).as("processes that tasks left").isEmpty();
    }
}
