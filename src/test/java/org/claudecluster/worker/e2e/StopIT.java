package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
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
    void a_stop_ends_what_runs_writes_its_outcome_and_leaves_nothing() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home));
        String task;
        try (WorkerProcess worker = setup.start()) {
            task = worker.api().submit("(setsid nohup sleep 6000 >/dev/null 2>&1 &); echo at work; sleep 6000");
            await().until(() -> worker.api().output(task).contains("at work"));
            await().until(() -> Machine.processesOf(List.of(task)).size() >= 3);

            assertThat(worker.terminate(Duration.ofSeconds(12))).isZero();

            assertThat(Machine.processesOf(List.of(task))).isEmpty();
            assertThat(worker.log()).contains("stopped, tasks left running: 0");
        }
        try (WorkerProcess next = setup.start()) {
            JsonNode ended = next.api().task(task);
            assertThat(ended.path("status").asText()).isEqualTo("failed");
            assertThat(ended.path("outcome").path("reason").asText()).isEqualTo("drained");
            assertThat(next.api().output(task)).contains("at work");
        }
    }

    @Test
    void an_idle_worker_stops_at_once() throws Exception {
        try (WorkerProcess worker = WorkerSetup.in(home).start()) {
            assertThat(worker.terminate(Duration.ofSeconds(5))).isZero();
        }
    }
}
