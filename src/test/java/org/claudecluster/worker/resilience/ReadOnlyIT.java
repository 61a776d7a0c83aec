package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database answers and takes no writes, as after a failover; leases are long enough to live through it. */
class ReadOnlyIT {

    @TempDir
    Path home;

    private Cluster cluster;
    private Replica worker;

    @BeforeEach
    void open() throws Exception {
        cluster = new Cluster(home).withShell().with("WORKER_LEASE_DURATION", "120s");
        worker = cluster.replica("worker").start();
    }

    @AfterEach
    void close() throws Exception {
        cluster.close();
    }

    @Test
    void a_worker_is_not_ready_while_its_store_takes_no_writes_and_heals_by_itself() throws Exception {
        Path go = home.resolve("go");
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));
        cluster.awaitFlushed(task, "at work");

        cluster.database().becomeReadOnly();
        await("not ready").atMost(Cluster.SLACK).until(() -> !worker.api().isReady());

        assertThat(worker.api().get("/q/health/ready").body()).contains("the store is read-only");
        assertThat(worker.api().isLive()).isTrue();
        assertThat(worker.api().task(task).path("status").asText()).isEqualTo("running");
        HttpResponse<String> refused =
                worker.api().post("/run", Api.body("echo no").toString());
        assertThat(refused.statusCode()).as(refused::body).isEqualTo(503);
        assertThat(refused.body()).contains("takes no writes");

        cluster.database().acceptNewWriters();
        await("ready again").atMost(Cluster.SLACK).until(() -> worker.api().isReady());
        Files.createFile(go);

        JsonNode end = worker.api().awaitEnd(task);
        assertThat(end.path("status").asText()).as(end::toPrettyString).isEqualTo("completed");
        assertThat(worker.api().output(task)).isEqualTo("at work\r\ndone\r\n");
        String next = worker.api().submit("echo again");
        assertThat(worker.api().awaitEnd(next).path("status").asText()).isEqualTo("completed");
    }
}
