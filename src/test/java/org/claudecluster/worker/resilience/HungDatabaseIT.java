package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agroal.api.AgroalDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.Machine;
import org.claudecluster.worker.e2e.SseStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A database that does not answer, or has no connection left, makes nothing late but what asks it. */
@Isolated("compares how long things take")
class HungDatabaseIT {

    private static final Duration LIMIT = Duration.ofSeconds(4);
    /** How much later something may be than beside a database that answers. */
    private static final double RATIO = 2;

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path home;

    private Cluster cluster;
    private Replica worker;

    @BeforeEach
    void open() throws IOException, SQLException {
        cluster = new Cluster(home)
                .withShell()
                .with("WORKER_WATCHDOG_NO_OUTPUT", LIMIT.toString())
                .with("WORKER_EXECUTOR_GRACE_INTERRUPT", "100ms")
                .with("WORKER_EXECUTOR_GRACE_TERMINATE", "100ms")
                .with("WORKER_LEASE_DURATION", "120s");
        worker = cluster.replica("worker").start();
    }

    @AfterEach
    void close() throws Exception {
        cluster.close();
    }

    /** What a task writes about itself, past every terminal. */
    private Path note() {
        return home.resolve("note-" + UUID.randomUUID());
    }

    private String submit(ObjectNode body) {
        return worker.api().submit(body.put("workerId", "worker").put("requireWorker", true));
    }

    private static ObjectNode speaking(Path begun) {
        return Api.body("echo begun; touch '" + begun + "'; while :; do echo still here; sleep 0.1; done")
                .put("timeoutMs", LIMIT.toMillis());
    }

    private static ObjectNode silent(Path begun) {
        return Api.body("echo begun; touch '" + begun + "'; sleep 600");
    }

    /** From a run's first line until nothing of it is left. */
    private static Duration lifeOf(String task, Path begun) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Machine.processesOf(List.of(task)).isEmpty());
        return Duration.between(born(begun), Instant.now());
    }

    private static Instant born(Path begun) {
        try {
            return Files.getLastModifiedTime(begun).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run that its wall clock ends and one that the watchdog ends, beside each other. */
    private final class Ends {

        private final Path overdueBegun = note();
        private final Path stalledBegun = note();
        private final String overdue = submit(speaking(overdueBegun));
        private final String stalled = submit(silent(stalledBegun));

        Ends() {
            await().atMost(LONG).until(() -> Files.exists(overdueBegun) && Files.exists(stalledBegun));
        }

        List<Duration> lives() {
            return List.of(lifeOf(overdue, overdueBegun), lifeOf(stalled, stalledBegun));
        }

        private String reason(String task) {
            return worker.api().awaitEnd(task).path("outcome").path("reason").asText();
        }
    }

    @Test
    void limits_are_kept_and_streams_go_on_while_the_database_hangs() throws Exception {
        List<Duration> usual = new Ends().lives();
        Path counted = note();
        String talking = submit(Api.body("i=0; while :; do i=$((i+1)); echo \"line $i\"; echo $i > '" + counted
                + ".new'; mv '" + counted + ".new' '" + counted + "'; sleep 0.1; done"));
        AtomicInteger seen = new AtomicInteger();
        try (SseStream stream = worker.api().stream(talking, 0)) {
            Thread.ofVirtual().start(() -> watch(stream, seen));
            await().atMost(LONG).until(() -> seen.get() > 0);
            Ends ends = new Ends();

            worker.link().become(FaultyLink.State.SILENT);
            List<Duration> hung = ends.lives();
            await("not ready").atMost(LONG).until(() -> !worker.api().isReady());
            int printed = count(counted);
            await("the viewer sees what is printed while the database hangs")
                    .atMost(Cluster.SLACK)
                    .until(() -> seen.get() >= printed);
            assertThat(worker.api().isLive()).isTrue();
            worker.link().become(FaultyLink.State.OPEN);

            assertThat(hung.getFirst()).as("ended by its timeout").isLessThan(later(usual.getFirst()));
            assertThat(hung.getLast()).as("ended by the watchdog").isLessThan(later(usual.getLast()));
            assertThat(ends.reason(ends.overdue)).isEqualTo("timeout");
            assertThat(ends.reason(ends.stalled)).isEqualTo("no_output");
        }
        await("ready again").atMost(LONG).until(() -> worker.api().isReady());
        worker.api().post("/tasks/" + talking + "/cancel", "");
        assertThat(worker.api().awaitEnd(talking).path("status").asText()).isEqualTo("cancelled");
    }

    private static Duration later(Duration usual) {
        return Duration.ofMillis(Math.round(usual.toMillis() * RATIO));
    }

    private static void watch(SseStream stream, AtomicInteger seen) {
        try {
            stream.rest(event -> seen.accumulateAndGet(lastLine(event), Math::max));
        } catch (UncheckedIOException _) {
            // Closed by the test.
            return;
        }
    }

    private static int lastLine(SseStream.Event event) {
        String text = event.name().equals("output") ? event.output().strip() : "";
        String line = text.substring(text.lastIndexOf('\n') + 1);
        return line.startsWith("line ") ? Integer.parseInt(line.substring(5)) : 0;
    }

    private static int count(Path counted) throws IOException {
        return Integer.parseInt(Files.readString(counted).strip());
    }

    @Test
    void leases_are_renewed_while_every_connection_of_the_pool_waits() throws Exception {
        String done = submit(Api.body("echo done"));
        worker.api().awaitEnd(done);
        Path go = note();
        String task = submit(Api.body("until [ -e '" + go + "' ]; do echo at work; sleep 0.5; done"));
        cluster.awaitFlushed(task, "at work");
        try (AgroalDataSource pool = cluster.database().pool();
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE transcript_chunk IN ACCESS EXCLUSIVE MODE");
            IntStream.range(0, 40).forEach(_ -> Thread.ofVirtual().start(() -> read(done)));
            await("every connection waits")
                    .atMost(Cluster.SLACK)
                    .until(() -> cluster.database().waitingForALock() >= 8);
            Instant then = leaseUntil(task);

            await("renewed again and again")
                    .atMost(Cluster.LEASE.multipliedBy(3).plus(Cluster.SLACK))
                    .until(() -> leaseUntil(task).isAfter(then.plus(Cluster.LEASE.multipliedBy(2))));
            connection.rollback();
        }
        Files.createFile(go);

        assertThat(worker.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>completed");
    }

    private void read(String task) {
        try {
            worker.api().get("/tasks/" + task + "/output");
        } catch (UncheckedIOException _) {
            // It waits in vain, which is what it is for.
            return;
        }
    }

    private Instant leaseUntil(String task) throws SQLException {
        return cluster.table().row(task).leaseUntil().orElseThrow();
    }
}
