package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the worker writes to its log. */
class LogIT {

    private static final String TASK = "#stub\nprint words-of-the-terminal\nexit 3";

    @TempDir
    Path home;

    @Test
    void production_logs_json_with_the_end_of_each_task() throws IOException {
        try (WorkerProcess worker =
                WorkerSetup.in(home).with("NODE_ENV", "production").start()) {
            String id = worker.api().submit(TASK);
            worker.api().awaitEnd(id);
            await().until(() -> worker.log().contains(id));

            JsonNode end = worker.log()
                    .lines()
                    .filter(line -> line.contains(id))
                    .map(Api::json)
                    .reduce((_, last) -> last)
                    .orElseThrow();
            assertThat(end.path("level").asText()).isEqualTo("INFO");
            assertThat(end.path("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*");
            assertThat(end.path("msg").asText()).contains("failed");
            assertThat(end.path("taskId").asText()).isEqualTo(id);
            assertThat(end.path("duration").asLong(-1)).isNotNegative();
            assertThat(end.path("status").asText()).isEqualTo("failed");
            assertThat(worker.log()).doesNotContain("words-of-the-terminal");
        }
    }

    @Test
    void development_logs_lines_for_people() throws IOException {
        try (WorkerProcess worker =
                WorkerSetup.in(home).with("NODE_ENV", "development").start()) {
            String id = worker.api().submit(TASK);
            worker.api().awaitEnd(id);
            await().until(() -> worker.log().contains("failed"));

            assertThat(worker.log().lines()).noneMatch(line -> line.startsWith("{"));
            assertThat(worker.log()).doesNotContain("words-of-the-terminal");
        }
    }

    @Test
    void the_same_lines_go_to_a_file_where_one_is_asked_for() throws IOException {
        Path file = home.resolve("worker.log");
        try (WorkerProcess worker = WorkerSetup.in(home)
                .with("NODE_ENV", "production")
                .with("WORKER_LOG_FILE", file.toString())
                .start()) {
            String id = worker.api().submit(TASK);
            worker.api().awaitEnd(id);
            await().until(() -> worker.log().contains(id));

            assertThat(Files.readAllLines(file))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(worker.log()).contains(line));
            assertThat(Files.readString(file)).contains("\"taskId\":\"" + id + "\"");
        }
    }

    @Test
    void a_file_that_cannot_be_written_is_told_and_done_without() throws IOException {
        Path file = home.resolve("missing/worker.log");
        try (WorkerProcess worker =
                WorkerSetup.in(home).with("WORKER_LOG_FILE", file.toString()).start()) {
            assertThat(worker.log()).contains("no log file, since " + file + " is not ours to write");
            assertThat(file.getParent()).doesNotExist();
        }
    }

    @Test
    void a_clients_mistakes_are_told_to_the_client_and_not_logged() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home).start()) {
            List<String> before = worker.log().lines().toList();

            assertThat(worker.api().post("/run", "{\"prompt\":\"\"}").statusCode())
                    .isEqualTo(400);
            assertThat(worker.api().get("/tasks/unknown").statusCode()).isEqualTo(404);
            assertThat(worker.api().get("/nothing/here").statusCode()).isEqualTo(404);

            assertThat(worker.log().lines().toList()).isEqualTo(before);
        }
    }

    @Test
    void the_log_level_is_what_was_asked_for() throws IOException {
        try (WorkerProcess worker =
                WorkerSetup.in(home).with("LOG_LEVEL", "error").start()) {
            worker.api().awaitEnd(worker.api().submit(TASK));

            assertThat(worker.log()).isEmpty();
        }
    }
}
