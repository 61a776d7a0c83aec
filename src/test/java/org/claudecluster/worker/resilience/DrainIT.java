package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker of several is asked to go. */
class DrainIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private Cluster cluster;
    private Replica other;
    private Path go;

    @BeforeEach
    void open() throws Exception {
        cluster = new Cluster(home).withShell();
        other = cluster.replica("other").elsewhere().start();
        go = home.resolve("go");
    }

    @AfterEach
    void close() throws Exception {
        cluster.close();
    }

    private Replica leaving(Duration drain) throws Exception {
        return cluster.replica("leaving")
                .with("WORKER_DRAIN_TIMEOUT", drain.toString())
                .with("WORKER_STOP_PATIENCE", "15s")
                .start();
    }

    @Test
    void what_runs_finishes_in_time_and_what_comes_is_for_the_others() throws Exception {
        Replica leaving = leaving(LONG);
        String running = leaving.api().submit(only("leaving", Scripts.printingAndWaitingFor("at work", go)));
        cluster.awaitFlushed(running, "at work");

        leaving.process().signal("TERM");
        await().atMost(Cluster.SLACK).until(() -> !leaving.api().isReady());
        String late = leaving.api().submit("echo for somebody else");
        assertThat(other.api().awaitEnd(late).path("status").asText()).isEqualTo("completed");
        assertThat(other.api().task(late).path("worker").asText()).isEqualTo(other.id());
        Files.createFile(go);

        assertThat(leaving.process().awaitExit(Cluster.SLACK)).isZero();
        assertThat(other.api().task(running).path("status").asText()).isEqualTo("completed");
        assertThat(other.api().output(running)).isEqualTo("at work\r\ndone\r\n");
    }

    @Test
    void what_exceeds_the_time_is_ended_and_told_as_drained() throws Exception {
        Replica leaving = leaving(Duration.ofSeconds(1));
        String task = leaving.api().submit(only("leaving", Scripts.printingAndIgnoringAllButKill("at work")));
        cluster.awaitFlushed(task, "at work");

        leaving.process().signal("TERM");

        assertThat(leaving.process().awaitExit(Duration.ofSeconds(16).plus(Cluster.SLACK)))
                .isZero();
        assertThat(cluster.processesOf(task)).isEmpty();
        JsonNode end = other.api().awaitEnd(task);
        assertThat(end.path("outcome").path("reason").asText()).isEqualTo("drained");
        assertThat(other.api().output(task)).contains("at work");
        assertThat(leaving.process().log()).contains(task);
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>failed");
    }

    @Test
    void what_exceeds_the_time_and_printed_nothing_is_run_by_another_and_not_counted() throws Exception {
        Replica leaving = leaving(Duration.ofSeconds(1));
        Path begun = home.resolve("begun");
        String script = "touch '" + begun + "'; until [ -e '" + go + "' ]; do sleep 0.05; done; echo ran";
        String task =
                leaving.api().submit(Api.body(script).put("workerId", "leaving").put("maxAttempts", 2));
        await().atMost(Cluster.SLACK).until(() -> Files.exists(begun));

        leaving.process().signal("TERM");
        assertThat(leaving.process().awaitExit(Duration.ofSeconds(16).plus(Cluster.SLACK)))
                .isZero();
        Files.createFile(go);

        JsonNode end = other.api().awaitEnd(task);
        assertThat(end.path("status").asText()).isEqualTo("completed");
        assertThat(end.path("attempt").asInt()).isOne();
        assertThat(cluster.table().changes(task))
                .containsExactly("pending>running", "running>pending", "pending>running", "running>completed");
    }

    @Test
    void a_second_signal_hurries() throws Exception {
        Replica leaving = leaving(Duration.ofMinutes(10));
        String task = leaving.api().submit(only("leaving", Scripts.printingAndIgnoringAllButKill("at work")));
        cluster.awaitFlushed(task, "at work");

        leaving.process().signal("TERM");
        await().atMost(Cluster.SLACK).until(() -> !leaving.api().isReady());
        Instant hurried = Instant.now();
        leaving.process().signal("TERM");

        assertThat(leaving.process().awaitExit(Duration.ofSeconds(15).plus(Cluster.SLACK)))
                .isZero();
        assertThat(Duration.between(hurried, Instant.now())).isLessThan(LONG);
        assertThat(other.api().awaitEnd(task).path("outcome").path("reason").asText())
                .isEqualTo("drained");
    }

    private static ObjectNode only(String worker, String script) {
        return Api.body(script).put("workerId", worker).put("requireWorker", true);
    }
}
