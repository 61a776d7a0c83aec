package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code EXECUTOR_TYPE=auto} on a machine where the CLI and its credential come and go. */
class AutoIT {

    private static final Path SCRIPT = Path.of("src/test/resources/scripted-claude.sh");
    private static final Duration LOOK = Duration.ofSeconds(30);

    @TempDir
    Path home;

    private Path cli;
    private Path credential;
    private WorkerSetup setup;

    @BeforeEach
    void layOut() throws IOException {
        cli = home.resolve("claude");
        credential = Files.createDirectories(home.resolve("auth")).resolve("config.json");
        setup = WorkerSetup.in(home)
                .with("EXECUTOR_TYPE", "auto")
                .with("CLAUDE_CLI_PATH", cli.toString())
                .with("WORKER_AUTH_FILE", credential.toString())
                .with("WORKER_AUTH_POLL", "200ms");
    }

    @Test
    void the_stub_only_simulates_until_the_cli_comes_and_is_never_back_by_itself() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            JsonNode simulated = run(worker, Api.body("#stub\nprint x"));
            assertThat(simulated.path("status").asText()).isEqualTo("completed");
            assertThat(simulated.path("simulated").asBoolean()).isTrue();
            assertThat(finishedBy(worker, "stub")).isEqualTo(1);
            assertThat(worker.api()
                            .get("/stream/" + simulated.path("taskId").asText())
                            .body())
                    .contains("\"simulated\":true");

            install();
            Files.writeString(credential, "{\"apiKey\":\"k\"}");
            await().atMost(LOOK).until(() -> executor(worker).equals("pty"));
            JsonNode real = run(worker, Api.body("init; ok done"));
            assertThat(real.path("result").path("text").asText()).isEqualTo("done");
            assertThat(real.path("simulated").isBoolean()).isTrue();
            assertThat(real.path("simulated").asBoolean()).isFalse();
            assertThat(finishedBy(worker, "pty")).isEqualTo(1);

            Files.delete(cli);
            await().atMost(LOOK).until(() -> !worker.api().isReady());
            String waiting = worker.api().submit("init; ok later");
            assertThat(Api.json(worker.api().get("/hello")).path("status").asText())
                    .isEqualTo("error");
            assertThat(worker.api().task(waiting).path("status").asText()).isEqualTo("pending");

            install();
            assertThat(worker.api()
                            .awaitEnd(waiting)
                            .path("result")
                            .path("text")
                            .asText())
                    .isEqualTo("later");
        }
    }

    @Test
    void after_a_restart_without_the_cli_its_queue_waits() throws Exception {
        install();
        Files.writeString(credential, "{\"apiKey\":\"k\"}");
        try (WorkerProcess worker = setup.start()) {
            assertThat(executor(worker)).isEqualTo("pty");
        }
        Files.delete(cli);

        try (WorkerProcess worker = setup.startUnready()) {
            String waiting = worker.api().submit("#stub\nprint x");
            assertThat(worker.api().get("/q/health/ready").body()).contains("CLAUDE_CLI_PATH");
            assertThat(worker.log()).contains("auto waits for it");
            assertThat(worker.api().task(waiting).path("status").asText()).isEqualTo("pending");
        }
    }

    private void install() throws IOException {
        // At once, as a package manager does it: a file that is being written can't be run.
        Path whole = home.resolve("claude.new");
        Files.copy(SCRIPT, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        assertThat(whole.toFile().setExecutable(true)).isTrue();
        Files.move(whole, cli, StandardCopyOption.ATOMIC_MOVE);
    }

    private static JsonNode run(WorkerProcess worker, ObjectNode body) {
        return worker.api().awaitEnd(worker.api().submit(body));
    }

    private static String executor(WorkerProcess worker) {
        return Api.json(worker.api().get("/pty/status")).path("executorType").asText();
    }

    private static long finishedBy(WorkerProcess worker, String executor) {
        return worker.api()
                .get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("worker_tasks_finished_total{")
                        && line.contains("executor=\"" + executor + "\"")
                        && line.contains("status=\"completed\""))
                .count();
    }
}
