package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLAUDE_CLI_PATH names something that can't be run: tasks say so, and the worker stays. */
class CliPathIT {

    @TempDir
    Path home;

    @Test
    void a_cli_that_is_missing_fails_each_task_and_the_worker_stays_until_it_is_there() throws IOException {
        Path cli = home.resolve("later");
        try (WorkerProcess worker = WorkerSetup.in(home).withCli(cli).startUnready()) {
            assertThat(reasonOfATask(worker.api())).isEqualTo("cli_not_found");
            assertThat(status(worker.api()).path("reason").asText()).contains("CLAUDE_CLI_PATH", cli.toString());
            assertThat(worker.api()
                            .post("/pty/switch", "{\"executorType\":\"pty\"}")
                            .statusCode())
                    .isEqualTo(409);

            assertThat(worker.api().isReady()).isFalse();
            Files.copy(WorkerSetup.shellCli(home), cli, StandardCopyOption.COPY_ATTRIBUTES);

            assertThat(worker.api()
                            .post("/pty/switch", "{\"executorType\":\"pty\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(worker.api().isReady()).isTrue();
            assertThat(worker.api()
                            .awaitEnd(worker.api().submit("echo here"))
                            .path("status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    @Test
    void a_cli_that_comes_later_is_found_without_being_told() throws IOException {
        Path cli = home.resolve("later");
        WorkerSetup setup = WorkerSetup.in(home).withCli(cli).with("WORKER_LEASE_RENEW", "200ms");
        try (WorkerProcess worker = setup.startUnready()) {
            assertThat(Api.json(worker.api().get("/hello")).path("status").asText())
                    .isEqualTo("error");
            Files.copy(WorkerSetup.shellCli(home), cli, StandardCopyOption.COPY_ATTRIBUTES);
            await().until(() -> worker.api().isReady());
            assertThat(Api.json(worker.api().get("/hello")).path("status").asText())
                    .isEqualTo("available");
        }
    }

    @Test
    void a_file_that_cant_be_executed_is_no_cli() throws IOException {
        Path file = Files.writeString(home.resolve("text"), "not a program");
        try (WorkerProcess worker = WorkerSetup.in(home).withCli(file).startUnready()) {
            assertThat(reasonOfATask(worker.api())).isEqualTo("cli_not_executable");
            assertThat(worker.api().isReady()).isFalse();
        }
    }

    @Test
    void a_directory_is_no_cli() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home)
                .withCli(Files.createDirectory(home.resolve("directory")))
                .startUnready()) {
            assertThat(reasonOfATask(worker.api())).isEqualTo("cli_not_executable");
            assertThat(worker.api().isReady()).isFalse();
        }
    }

    private static String reasonOfATask(Api api) {
        JsonNode task = api.awaitEnd(api.submit("true"));
        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("message").asText()).isNotBlank();
        return task.path("outcome").path("reason").asText();
    }

    private static JsonNode status(Api api) {
        return Api.json(api.get("/pty/status"));
    }
}
