package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code workerId} in a submit may name. */
class AffinityIT {

    @TempDir
    static Path home;

    private static WorkerProcess worker;

    @BeforeAll
    static void start() throws IOException {
        worker = WorkerSetup.in(home)
                .with("WORKER_ID", "worker-7")
                .with("WORKER_NAME", "the seventh")
                .with("WORKER_LABELS", "gpu,eu")
                .start();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        assertThat(worker.terminate(Duration.ofSeconds(20))).isZero();
        worker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker-7", "the seventh", "gpu", "eu"})
    void a_worker_is_wanted_by_its_id_its_name_or_a_label(String wanted) {
        JsonNode task = worker.api().awaitEnd(worker.api().submit(requiring(wanted)));
        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("workerId").asText()).isEqualTo(wanted);
        assertThat(task.path("requireWorker").asBoolean()).isTrue();
        assertThat(task.path("worker").asText()).startsWith("worker-7-");
        assertThat(task.has("sessionId")).isFalse();
    }

    @Test
    void the_id_that_hello_shows_names_this_very_process() {
        String id = Api.json(worker.api().get("/hello")).path("id").asText();
        JsonNode task = worker.api().awaitEnd(worker.api().submit(requiring(id)));
        assertThat(task.path("worker").asText()).isEqualTo(id);
    }

    @Test
    void a_required_worker_that_nobody_is_leaves_the_task_waiting_and_the_others_running() {
        String nobody = worker.api().submit(requiring("cpu").put("priority", 10));
        JsonNode wished = worker.api().awaitEnd(worker.api().submit(wishing("cpu")));
        assertThat(wished.path("status").asText()).isEqualTo("completed");
        assertThat(wished.path("requireWorker").asBoolean()).isFalse();
        assertThat(worker.api().task(nobody).path("status").asText()).isEqualTo("pending");
    }

    @Test
    void the_list_of_workers_tells_its_names() {
        JsonNode workers = Api.json(worker.api().get("/workers")).path("workers");
        assertThat(workers).hasSize(1);
        assertThat(workers.path(0).path("name").asText()).isEqualTo("the seventh");
        assertThat(workers.path(0).path("names").toString())
                .matches("\\[\"eu\",\"gpu\",\"home-[0-9a-f-]{36}\",\"the seventh\",\"worker-7\"]");
    }

    private static ObjectNode wishing(String wanted) {
        return Api.body("#stub\nprint hello").put("workerId", wanted);
    }

    private static ObjectNode requiring(String wanted) {
        return wishing(wanted).put("requireWorker", true);
    }
}
