package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker whose clock is wrong by an hour, while the other's and the database's are right. */
class ClockIT {

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"+3600", "-3600"})
    void a_clock_that_is_wrong_by_an_hour_keeps_its_own_leases_and_takes_nobody_else_s(String shift) throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Replica wrong = shifted(cluster.replica("wrong"), shift).start();
            assertThat(clockOf(wrong)).isCloseTo(3_600, within(60L));
            Replica right = cluster.replica("right").elsewhere().start();
            Path go = home.resolve("go");
            String own = wrong.api().submit(onlyFor("wrong", go));
            String others = wrong.api().submit(onlyFor("right", go));
            cluster.awaitFlushed(own, "at work");
            cluster.awaitFlushed(others, "at work");
            Instant begun = Instant.now();

            await("longer than a lease")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> Instant.now().isAfter(begun.plus(Cluster.LEASE).plus(Cluster.RENEW.multipliedBy(2))));
            Files.createFile(go);

            assertCompletedAtOnce(cluster, right, own);
            assertCompletedAtOnce(cluster, wrong, others);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"+3600", "-3600"})
    void a_clock_that_is_wrong_by_an_hour_finds_out_in_time_what_others_lost(String shift) throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Replica right = cluster.replica("right").elsewhere().start();
            String task = right.api().submit(Scripts.printingAndWaitingFor("at work", home.resolve("never")));
            cluster.awaitFlushed(task, "at work");
            Replica wrong = shifted(cluster.replica("wrong"), shift).start();

            Instant killed = Instant.now();
            right.process().kill();

            JsonNode lost = wrong.api().awaitEnd(task);
            assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(Instant.parse(lost.path("finishedAt").asText()))
                    .isBetween(
                            killed.plus(Cluster.LEASE).minus(Cluster.RENEW).minus(Cluster.MARGIN),
                            killed.plus(Cluster.LOST));
        }
    }

    private static void assertCompletedAtOnce(Cluster cluster, Replica replica, String task) throws Exception {
        assertThat(replica.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>completed");
    }

    private static ObjectNode onlyFor(String worker, Path go) {
        return Api.body(Scripts.printingAndWaitingFor("at work", go))
                .put("workerId", worker)
                .put("requireWorker", true);
    }

    /** By how many seconds it is off, whichever way. */
    private static long clockOf(Replica replica) {
        Instant said = Instant.parse(
                Api.json(replica.api().get("/hello")).path("timestamp").asText());
        return Duration.between(said, Instant.now()).abs().toSeconds();
    }

    /** The monotonic clock runs on, as it does when somebody sets a clock. */
    private static Replica shifted(Replica replica, String seconds) throws IOException {
        return replica.with("LD_PRELOAD", library().toString())
                .with("FAKETIME", seconds)
                .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
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
