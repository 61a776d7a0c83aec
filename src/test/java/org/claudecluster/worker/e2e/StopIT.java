package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker is asked to stop. */
class StopIT {

    @TempDir
    Path home;

    @Test
    void a_drain_that_lasts_too_long_ends_what_runs_writes_its_outcome_and_leaves_nothing() throws Exception {
        WorkerSetup setup =
                WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home)).with("WORKER_DRAIN_TIMEOUT", "1s");
        String task;
        try (WorkerProcess worker = setup.start()) {
            task = worker.api().submit("(setsid nohup sleep 6000 >/dev/null 2>&1 &); echo at work; sleep 6000");
            await().until(() -> worker.api().output(task).contains("at work"));
            await().until(() -> Machine.processesOf(List.of(task)).size() >= 3);

            assertThat(worker.terminate(Duration.ofSeconds(12))).isZero();

            assertThat(Machine.processesOf(List.of(task))).isEmpty();
            assertThat(worker.log())
                    .contains("ended by the drain: taskIds=[" + task + "]")
                    .contains("stopped, tasks left running: 0");
        }
        try (WorkerProcess next = setup.start()) {
            JsonNode ended = next.api().task(task);
            assertThat(ended.path("status").asText()).isEqualTo("failed");
            assertThat(ended.path("outcome").path("reason").asText()).isEqualTo("drained");
            assertThat(next.api().output(task)).contains("at work");
        }
    }

    @Test
    void what_runs_may_finish_while_the_worker_answers_and_takes_nothing_new() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home));
        Path gate = home.resolve("gate");
        String task;
        String waiting;
        try (WorkerProcess worker = setup.with("MAX_CONCURRENT_PROCESSES", "1").start()) {
            task = worker.api().submit("echo at work; until [ -e " + gate + " ]; do sleep 0.05; done; echo finished");
            waiting = worker.api().submit("true");
            await().until(() -> worker.api().output(task).contains("at work"));
            SseStream stream = worker.api().stream(task, 0);
            SseStream waits = worker.api().stream(waiting, 0);

            worker.signal("TERM");

            await().until(() -> !worker.api().isReady());
            assertThat(worker.api().get("/q/health/live").statusCode()).isEqualTo(200);
            assertThat(worker.api().get("/hello").body()).contains("\"status\":\"draining\"");
            HttpResponse<String> refused = worker.api().post("/run", "{\"prompt\":\"true\"}");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(worker.api().task(task).path("status").asText()).isEqualTo("running");
            Files.createFile(gate);
            assertThat(stream.rest().getLast().name()).isEqualTo("complete");
            assertThat(waits.rest().getLast().name()).isEqualTo("draining");
            assertThat(worker.awaitExit(Duration.ofSeconds(10))).isZero();
            assertThat(worker.log()).contains("drained, tasks left running: 0").doesNotContain("ended by the drain");
        }
        try (WorkerProcess next = setup.start()) {
            assertThat(next.api().task(task).path("status").asText()).isEqualTo("completed");
            assertThat(next.api().awaitEnd(waiting).path("status").asText()).isEqualTo("completed");
        }
    }

    @Test
    void a_second_signal_hurries_and_a_task_that_printed_nothing_is_run_by_the_next_worker() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("WORKER_DRAIN_TIMEOUT", "10m")
                .with("WORKER_STOP_PATIENCE", "20s");
        Path gate = home.resolve("gate");
        String task;
        try (WorkerProcess worker = setup.start()) {
            task = worker.api()
                    .submit(Api.body("until [ -e " + gate + " ]; do sleep 0.05; done; echo finished")
                            .put("maxAttempts", 2));
            await().until(() -> !Machine.processesOf(List.of(task)).isEmpty());
            worker.signal("TERM");
            await().until(() -> !worker.api().isReady());

            worker.signal("TERM");

            assertThat(worker.awaitExit(Duration.ofSeconds(15))).isZero();
            assertThat(Machine.processesOf(List.of(task))).isEmpty();
        }
        Files.createFile(gate);
        try (WorkerProcess next = setup.start()) {
            JsonNode ended = next.api().awaitEnd(task);
            assertThat(ended.path("status").asText()).isEqualTo("completed");
            assertThat(ended.path("attempt").asInt()).isEqualTo(1);
        }
    }

    @Test
    void a_repeated_submit_gets_its_task_from_a_worker_that_drains_and_takes_nothing_new() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).with("MAX_CONCURRENT_PROCESSES", "1");
        ObjectNode endless = Api.body("#stub\nprint begun\nsleep 600000");
        ObjectNode waiting = Api.body("#stub\nprint later");
        try (WorkerProcess worker = setup.start()) {
            String running = taskOf(worker.api().submitOnce(endless, "running"));
            String pending = taskOf(worker.api().submitOnce(waiting, "pending"));
            worker.signal("TERM");
            await().until(() -> !worker.api().isReady());

            HttpResponse<String> anew = worker.api().submitOnce(waiting, "another key");
            HttpResponse<String> other = worker.api().submitOnce(waiting, "running");

            assertThat(anew.statusCode()).isEqualTo(503);
            assertThat(anew.body()).contains("urn:claudecluster:problem:draining");
            assertThat(other.statusCode()).as("another body under a used key").isEqualTo(503);
            assertThat(taskOf(worker.api().submitOnce(endless, "running"))).isEqualTo(running);
            assertThat(taskOf(worker.api().submitOnce(waiting, "pending"))).isEqualTo(pending);
            worker.api().post("/tasks/" + pending + "/cancel", "");
            worker.api().post("/tasks/" + running + "/cancel", "");
            assertThat(worker.awaitExit(Duration.ofSeconds(10))).isZero();
        }
    }

    private static String taskOf(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer::body).isEqualTo(202);
        return Api.json(answer).path("taskId").asText();
    }

    @Test
    void an_idle_worker_stops_at_once() throws Exception {
        try (WorkerProcess worker = WorkerSetup.in(home).start()) {
            assertThat(worker.terminate(Duration.ofSeconds(5))).isZero();
        }
    }
}
