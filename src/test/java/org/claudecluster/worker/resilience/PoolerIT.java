package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.SseStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that replicas do for each other, through a pooler that keeps nothing between transactions. */
class PoolerIT {

    @TempDir
    static Path home;

    private static Cluster cluster;
    private static Pooler pooler;
    private static Replica one;
    private static Replica two;

    @BeforeAll
    static void open() throws Exception {
        cluster = new Cluster(home).withShell();
        pooler = Pooler.start(home, cluster.server().port());
        cluster.through(pooler);
        one = cluster.replica("one").start();
        two = cluster.replica("two").elsewhere().start();
    }

    @AfterAll
    static void close() throws Exception {
        try (Pooler _ = pooler) {
            cluster.close();
        }
    }

    private static ObjectNode only(String worker, String script) {
        return Api.body(script).put("workerId", worker).put("requireWorker", true);
    }

    @Test
    void tasks_run_here_and_there() {
        List<String> tasks = IntStream.range(0, 40)
                .mapToObj(i -> one.api().submit(only(i % 2 == 0 ? "one" : "two", "echo task " + i)))
                .toList();

        assertThat(tasks)
                .allSatisfy(task -> assertThat(
                                two.api().awaitEnd(task).path("status").asText())
                        .isEqualTo("completed"));
        assertThat(one.api().output(tasks.get(1))).isEqualTo("task 1\r\n");
    }

    @Test
    void a_task_is_watched_live_through_another_replica() throws Exception {
        Path go = home.resolve("watched");
        String task = two.api().submit(only("one", Scripts.printingAndWaitingFor("at work", go)));

        try (SseStream stream = two.api().stream(task, 0)) {
            assertThat(firstOutput(stream)).isEqualTo("at work\r\n");
            Files.createFile(go);
            assertThat(stream.rest().getLast().name()).isEqualTo("complete");
        }
    }

    private static String firstOutput(SseStream stream) {
        var event = stream.next().orElseThrow();
        while (!event.name().equals("output")) {
            event = stream.next().orElseThrow();
        }
        return event.output();
    }

    @Test
    void a_task_is_cancelled_through_another_replica() throws Exception {
        String task = two.api().submit(only("one", Scripts.printingAndIgnoringAllButKill("at work")));
        cluster.awaitFlushed(task, "at work");

        assertThat(two.api().post("/tasks/" + task + "/cancel", "").statusCode())
                .isEqualTo(202);

        assertThat(two.api().awaitEnd(task).path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void a_task_outlives_several_leases_and_is_reaped_when_its_worker_is_dead() throws Exception {
        Replica doomed = cluster.replica("doomed").start();
        String task = two.api().submit(only("doomed", Scripts.printingAndIgnoringAllButKill("at work")));
        cluster.awaitFlushed(task, "at work");
        long before = cluster.table().changesOf(task);
        await("renewals for two leases")
                .atMost(Cluster.LEASE.multipliedBy(2).plus(Cluster.SLACK))
                .until(() -> cluster.table().changesOf(task) - before >= 10);
        assertThat(cluster.table().row(task).status()).isEqualTo("running");

        doomed.process().kill();

        JsonNode lost = two.api().awaitEnd(task);
        assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
        doomed.start();
        await("what it left ends")
                .atMost(Cluster.SLACK)
                .until(() -> cluster.processesOf(task).isEmpty());
    }
}
