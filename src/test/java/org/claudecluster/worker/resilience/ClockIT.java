package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two workers whose clocks are wrong by an hour, one either way; the database's is right. */
class ClockIT {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path home;

    private Cluster cluster;
    private Replica ahead;
    private Replica behind;

    @BeforeEach
    void open() throws Exception {
        cluster = new Cluster(home).withShell();
        ahead = shifted(cluster.replica("ahead"), "+3600").elsewhere().start();
        behind = shifted(cluster.replica("behind"), "-3600").start();
        assertThat(clockOf(ahead)).isAfter(Instant.now().plus(HOUR).minus(A_MINUTE));
        assertThat(clockOf(behind)).isBefore(Instant.now().minus(HOUR).plus(A_MINUTE));
    }

    @AfterEach
    void close() throws Exception {
        cluster.close();
    }

    @Test
    void clocks_that_are_wrong_by_an_hour_cost_nobody_a_lease() throws Exception {
        Path go = home.resolve("go");
        String early = behind.api().submit(onlyFor("ahead", Scripts.printingAndWaitingFor("at work", go)));
        String late = ahead.api().submit(onlyFor("behind", Scripts.printingAndWaitingFor("at work", go)));
        cluster.awaitFlushed(early, "at work");
        cluster.awaitFlushed(late, "at work");
        Instant begun = Instant.now();

        await("more than a lease")
                .atMost(A_MINUTE)
                .until(() -> Instant.now().isAfter(begun.plus(Cluster.LEASE).plus(Cluster.RENEW)));
        Files.createFile(go);

        assertCompletedAtOnce(behind, early);
        assertCompletedAtOnce(ahead, late);
    }

    private void assertCompletedAtOnce(Replica through, String task) throws Exception {
        assertThat(through.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>completed");
    }

    @Test
    void clocks_that_are_wrong_by_an_hour_find_what_is_lost_in_time_and_not_before() throws Exception {
        assertLostInTime(ahead, behind);
        ahead.start();
        assertLostInTime(behind, ahead);
        behind.start();
    }

    private void assertLostInTime(Replica doomed, Replica finder) throws Exception {
        String task = finder.api()
                .submit(onlyFor(doomed.name(), Scripts.printingAndWaitingFor("at work", home.resolve("never"))));
        cluster.awaitFlushed(task, "at work");

        Instant killed = Instant.now();
        doomed.process().kill();

        JsonNode lost = finder.api().awaitEnd(task);
        assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
        assertThat(Instant.parse(lost.path("finishedAt").asText()))
                .isBetween(
                        killed.plus(Cluster.LEASE).minus(Cluster.RENEW).minus(Cluster.MARGIN),
                        killed.plus(Cluster.LOST));
    }

    private static ObjectNode onlyFor(String worker, String script) {
        return Api.body(script).put("workerId", worker).put("requireWorker", true);
    }

    private static Instant clockOf(Replica replica) {
        return Instant.parse(
                Api.json(replica.api().get("/hello")).path("timestamp").asText());
    }

    /** The monotonic clock runs on, as it does when somebody sets a clock. */
    private static Replica shifted(Replica replica, String seconds) throws IOException {
        return replica.with("LD_PRELOAD", library().toString())
                .with("FAKETIME", seconds)
                .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                // Without this the JVM's timed waits return at once, and it spins.
                .with("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    private static Path library() throws IOException {
        try (Stream<Path> found =
                Files.find(Path.of("/usr/lib"), 3, (path, _) -> path.endsWith("faketime/libfaketime.so.1"))) {
            return found.findFirst()
                    .orElseThrow(() -> new AssertionError("install libfaketime (the Debian package of that name)"));
        }
    }
}
