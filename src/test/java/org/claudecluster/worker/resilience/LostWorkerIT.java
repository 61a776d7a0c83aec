package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.Machine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker dies, or stands still, while it runs a task. */
class LostWorkerIT {

    @TempDir
    Path home;

    @Test
    void a_killed_worker_s_task_is_told_as_lost_its_output_is_there_and_its_processes_end_with_the_next_start()
            throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Replica victim = cluster.replica("victim").start();
            String task = victim.api().submit(Scripts.printingAndIgnoringAllButKill("before the kill"));
            cluster.awaitFlushed(task, "before the kill");
            Replica other = cluster.replica("other").elsewhere().start();

            Instant killed = Instant.now();
            victim.process().kill();
            assertThat(Machine.processesOf(List.of(task)))
                    .as("what outlives its worker")
                    .isNotEmpty();

            JsonNode lost = other.api().awaitEnd(task);
            assertThat(lost.path("status").asText()).isEqualTo("failed");
            assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(finishedAt(lost)).isBetween(killed, killed.plus(Cluster.LOST));
            assertThat(other.api().output(task)).isEqualTo("before the kill\r\n");
            assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>failed");
            victim.start();
            await().until(() -> Machine.processesOf(List.of(task)).isEmpty());
        }
    }

    @Test
    void a_worker_that_stood_still_for_two_leases_writes_nothing_and_ends_its_cli() throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Replica victim = cluster.replica("victim").start();
            String task = victim.api().submit(Scripts.printingAndIgnoringAllButKill("at work"));
            cluster.awaitFlushed(task, "at work");
            Replica other = cluster.replica("other").elsewhere().start();

            Instant stopped = Instant.now();
            victim.process().signal("STOP");
            JsonNode lost = other.api().awaitEnd(task);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> Instant.now().isAfter(stopped.plus(Cluster.LEASE.multipliedBy(2))));
            long changes = cluster.table().changesOf(task);
            victim.process().signal("CONT");

            await("its CLI dies")
                    .atMost(Cluster.SLACK)
                    .until(() -> Machine.processesOf(List.of(task)).isEmpty());
            await("it knows").until(() -> victim.process().log().contains("the lease was lost"));
            assertThat(cluster.table().changesOf(task)).as("changes by then").isEqualTo(changes);
            assertThat(other.api().output(task)).isEqualTo("at work\r\n");
            assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(victim.api().task(task).path("outcome")).isEqualTo(lost.path("outcome"));
            assertThat(runs(victim, "echo still there")).isEqualTo("completed");
        }
    }

    @Test
    void a_task_that_kills_its_worker_each_time_fails_after_its_attempts_and_others_proceed() throws Exception {
        try (Cluster cluster = new Cluster(home).withShell().with("MAX_CONCURRENT_PROCESSES", "1")) {
            Replica other = cluster.replica("other").elsewhere().start();
            Replica victim = cluster.replica("victim").start();
            String poison = other.api()
                    .submit(onlyFor("victim", Scripts.killingItsWorker()).put("maxAttempts", 2));
            List<String> behind = IntStream.range(0, 3)
                    .mapToObj(i -> other.api().submit(onlyFor("victim", "echo fine " + i)))
                    .toList();

            victim.process().awaitExit(Cluster.SLACK);
            victim.start();
            victim.process().awaitExit(Cluster.LOST.plus(Cluster.SLACK));
            victim.start();

            JsonNode failed = other.api().awaitEnd(poison);
            assertThat(failed.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(failed.path("attempt").asInt()).isEqualTo(2);
            assertThat(cluster.table().changes(poison))
                    .containsExactly("pending>running", "running>pending", "pending>running", "running>failed");
            assertThat(behind)
                    .allSatisfy(task -> assertThat(
                                    other.api().awaitEnd(task).path("status").asText())
                            .isEqualTo("completed"));
        }
    }

    private static ObjectNode onlyFor(String worker, String script) {
        return Api.body(script).put("workerId", worker).put("requireWorker", true);
    }

    private static String runs(Replica replica, String script) {
        Api api = replica.api();
        return api.awaitEnd(api.submit(script)).path("status").asText();
    }

    private static Instant finishedAt(JsonNode task) {
        return Instant.parse(task.path("finishedAt").asText());
    }
}
