package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.claudecluster.worker.e2e.Machine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker and its database lose each other, and nobody is told. */
class PartitionIT {

    @TempDir
    Path home;

    private Cluster cluster;
    private Replica victim;
    private Replica other;
    private Path beat;
    private String task;

    @BeforeEach
    void runATaskThatIgnoresAllButAKill() throws Exception {
        cluster = new Cluster(home).withShell();
        victim = cluster.replica("victim").start();
        beat = home.resolve("beat");
        task = victim.api().submit(Scripts.beating(beat));
        cluster.awaitFlushed(task, "beating");
        other = cluster.replica("other").elsewhere().start();
    }

    @AfterEach
    void close() throws Exception {
        cluster.close();
    }

    @Test
    void a_worker_cut_off_for_longer_than_its_lease_kills_the_cli_before_the_lease_ends() throws Exception {
        victim.link().become(FaultyLink.State.SILENT);

        Instant dead = dead();
        assertThat(lastBeat()).isBefore(dead);
        assertThat(dead).as("dead before the lease ends").isBefore(leaseUntil());
        assertLostOnce();

        victim.link().become(FaultyLink.State.OPEN);
        String next = victim.api().submit("echo back again");
        assertThat(victim.api().awaitEnd(next).path("status").asText()).isEqualTo("completed");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>failed");
    }

    @Test
    void a_renewal_that_succeeds_late_does_not_extend_trust() throws Exception {
        Instant trusted = leaseUntil();
        victim.link().become(FaultyLink.State.REPLIES_LOST);

        Instant dead = dead();
        assertThat(dead)
                .as("dead before the last lease that was answered ends")
                .isBefore(latest(trusted, leaseUntil()));
        // Now the renewal that was on its way is answered, while nobody else has the task yet.
        victim.link().become(FaultyLink.State.OPEN);

        assertLostOnce();
        assertThat(Machine.processesOf(List.of(task))).isEmpty();
    }

    /** When nothing of the task was left; looked for all the time, since the moment matters. */
    private Instant dead() {
        await("the CLI dies")
                .atMost(Cluster.LOST)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Machine.processesOf(List.of(task)).isEmpty());
        return Instant.now();
    }

    private Instant leaseUntil() throws SQLException {
        return cluster.table().row(task).leaseUntil().orElseThrow();
    }

    private Instant lastBeat() throws IOException {
        long nanos = Long.parseLong(Files.readString(beat).strip());
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    private static Instant latest(Instant one, Instant two) {
        return one.isAfter(two) ? one : two;
    }

    private void assertLostOnce() throws SQLException {
        JsonNode lost = other.api().awaitEnd(task);
        assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>failed");
    }
}
