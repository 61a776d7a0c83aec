package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that the real CLI runs twice. Runs where {@link RealCliIT} does. */
class RealCliRetryIT {

    @TempDir
    Path home;

    private AnthropicStub stub;
    private WorkerSetup setup;

    @BeforeEach
    void open() {
        String cli = System.getProperty("claude.cli", "");
        assertThat(Path.of(cli)).as("-Dclaude.cli names the CLI").isExecutable();
        stub = AnthropicStub.start();
        setup = WorkerSetup.in(home)
                .withCli(Path.of(cli))
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("CLAUDE_CODE_MAX_RETRIES", "1");
    }

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void after_a_kill_the_next_worker_goes_on_with_the_session() throws Exception {
        setup.with("ANTHROPIC_API_KEY", "sk-ant-api03-stub-key-0000000000000000000000000");
        Path gate = home.resolve("gate");
        String prompt = "remember the heron [[stub:bash cmd=\"until [ -e " + gate + " ]; do sleep 0.05; done\"]]";
        // Not closed, since that would hold that nothing of its tasks is left.
        WorkerProcess worker = setup.start();
        String id = worker.api()
                .submit(Api.body(prompt)
                        .put("maxAttempts", 2)
                        .set("claude", Api.json("{\"allowedTools\":[\"Bash\"]}")));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> worker.api().get("/tasks/" + id + "/events").body().contains("\"tool_use\""));
        String session = worker.api().task(id).path("sessionId").asText();
        worker.kill();
        Files.createFile(gate);
        try (WorkerProcess next = setup.start()) {
            JsonNode task = next.api().awaitEnd(id);

            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            assertThat(task.path("attempt").asInt()).isEqualTo(2);
            assertThat(task.path("sessionResumed").asBoolean()).isTrue();
            assertThat(task.path("sessionId").asText()).isEqualTo(session);
            assertThat(task.path("result").path("sessionId").asText()).isEqualTo(session);
            assertThat(stub.requests())
                    .anyMatch(request -> request.body().contains("remember the heron")
                            && request.body().contains("continue where you left off"));
        }
    }

    @Test
    void at_a_usage_limit_the_task_waits_for_the_reset_and_then_goes_on() throws Exception {
        setup.with("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-stub-token-000000000000000000000000");
        try (WorkerProcess worker = setup.start()) {
            Instant begin = Instant.now();
            String id = worker.api().submit("try this [[stub:limit in=12 times=1]]");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> worker.api().task(id).has("parked"));

            JsonNode parked = worker.api().task(id);
            assertThat(parked.path("status").asText()).isEqualTo("pending");
            assertThat(parked.path("attempt").asInt()).isZero();
            assertThat(parked.path("parked").path("reason").asText()).isEqualTo("usage_limit");
            assertThat(parked.path("parked").path("message").asText())
                    .startsWith("You've hit your ")
                    .contains(" limit · resets ");
            assertThat(Instant.parse(parked.path("notBefore").asText())).isAfter(begin.plusSeconds(10));
            assertThat(worker.api().get("/q/metrics").body())
                    .contains("worker_tasks_parked_total{reason=\"usage_limit\"} 1.0");

            JsonNode task = worker.api().awaitEnd(id);
            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            assertThat(task.path("attempt").asInt()).isEqualTo(1);
            assertThat(task.has("parked")).isFalse();
            // With or without the session: a CLI whose first request was refused does not always leave one.
            assertThat(task.path("result").path("text").asText()).startsWith("STUB_OK");
            List<SseStream.Event> events = worker.api().stream(id, 0).rest();
            assertThat(statuses(events)).as(events::toString).containsExactly("running", "pending", "running");
        }
    }

    private static List<String> statuses(List<SseStream.Event> events) {
        return events.stream()
                .filter(event -> event.name().equals("status"))
                .map(event -> Api.json(event.data()).path("status").asText())
                .toList();
    }
}
