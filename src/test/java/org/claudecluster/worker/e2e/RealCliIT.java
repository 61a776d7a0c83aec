package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The real CLI against the API stub, through HTTP. Needs {@code -Dclaude.cli=PATH}; runs in the Maven profile
 * {@code real-cli}, which {@code .ci/run} always uses.
 */
class RealCliIT {

    private static final String KEY = "sk-ant-api03-stub-key-0000000000000000000000000";

    @TempDir
    static Path home;

    private static AnthropicStub stub;
    private static WorkerSetup setup;
    private static WorkerProcess worker;

    @BeforeAll
    static void startBoth() throws IOException {
        String cli = System.getProperty("claude.cli", "");
        assertThat(Path.of(cli)).as("-Dclaude.cli names the CLI").isExecutable();
        stub = AnthropicStub.start();
        setup = WorkerSetup.in(home)
                .withCli(Path.of(cli))
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("ANTHROPIC_API_KEY", KEY)
                .with("CLAUDE_CODE_MAX_RETRIES", "1")
                // Some tests have the key refused, after which the others would wait.
                .with("WORKER_AUTH_RETRY", "1s")
                .with("WORKER_AUTH_POLL", "200ms")
                .with("DATABASE_PASSWORD", "must-stay-with-the-worker");
        worker = setup.start();
    }

    @AfterAll
    static void stopBoth() throws IOException {
        worker.close();
        stub.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(Machine.processesOf(worker.api().accepted())).isEmpty();
    }

    @Test
    void a_prompt_is_answered() {
        JsonNode task = run(body("What is a pseudo-terminal?"));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("executorType").asText()).isEqualTo("pty");
        assertThat(task.path("outcome").path("exitCode").asInt(-1)).isZero();
        JsonNode result = task.path("result");
        assertThat(result.path("text").asText()).isEqualTo("STUB_OK: What is a pseudo-terminal?");
        assertThat(result.path("sessionId").asText())
                .isEqualTo(task.path("sessionId").asText());
        assertThat(result.path("costUsd").asDouble()).isPositive();
        assertThat(result.path("usage").path("outputTokens").asInt()).isPositive();
        assertThat(task.path("progress").path("turns").asInt()).isEqualTo(1);
    }

    @Test
    void cost_and_tokens_are_metered() {
        run(body("this costs something"));

        assertThat(worker.api().get("/q/metrics").body().lines())
                .anyMatch(line -> line.matches("worker_cost_usd_total [0-9.E-]*[1-9].*"))
                .anyMatch(line -> line.matches("worker_tokens_total\\{kind=\"output\"} [1-9].*"));
    }

    @Test
    void agent_events_come_through_the_stream_and_as_a_file() {
        String id = worker.api().submit(body("events, please"));
        List<SseStream.Event> events = worker.api().stream(id, 0).rest();

        assertThat(events).extracting(SseStream.Event::name).contains("status", "output", "agent");
        assertThat(events.getLast().name()).isEqualTo("complete");
        List<String> lines =
                worker.api().get("/tasks/" + id + "/events").body().lines().toList();
        assertThat(lines).first().asString().contains("\"init\"");
        assertThat(Api.json(lines.getLast()).path("type").asText()).isEqualTo("result");
    }

    @Test
    void a_tool_runs_without_the_key_and_without_the_workers_environment() {
        ObjectNode body = body("[[stub:bash cmd=\"env | grep -c -e sk-ant -e must-stay; id -u\"]]");
        body.putObject("claude").putArray("allowedTools").add("Bash");

        JsonNode task = run(body);

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("text").asText()).startsWith("STUB_DONE 0\n");
        assertThat(task.path("result").path("turns").asInt()).isEqualTo(2);
    }

    @Test
    void a_tool_that_nobody_allowed_is_denied_and_listed() {
        JsonNode task = run(body("[[stub:bash cmd=\"touch denied\"]]"));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result")
                        .path("permissionDenials")
                        .path(0)
                        .path("tool_name")
                        .asText())
                .isEqualTo("Bash");
    }

    @Test
    void a_file_is_written_in_the_working_directory() {
        ObjectNode body = body("[[stub:write path=out.txt content=written]]").put("workingDirectory", "shop/cart");
        body.putObject("claude").putArray("allowedTools").add("Write");

        JsonNode task = run(body);

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(setup.dataDir().resolve("workspace/shop/cart/out.txt")).hasContent("written");
    }

    @ParameterizedTest
    @CsvSource({
        "[[stub:status code=401]], auth_failed",
        "[[stub:status code=429 retry-after=1]], rate_limited",
        "[[stub:status code=403]], auth_failed",
        "[[stub:status code=429 retry-after=600]], rate_limited",
        "[[stub:status code=500]], api_error",
        "[[stub:status code=529]], overloaded",
        "[[stub:cut how=end always=true]], api_error",
        "[[stub:status code=400]], api_error",
        "[[stub:refusal]], refused",
    })
    void a_failure_of_the_api_has_its_reason(String prompt, String reason) {
        JsonNode task = run(body(prompt));

        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo(reason);
        assertThat(task.path("outcome").path("exitCode").asInt()).isEqualTo(1);
        assertThat(task.path("outcome").path("message").asText()).isNotBlank();
        assertThat(task.path("result").path("sessionId").asText())
                .isEqualTo(task.path("sessionId").asText());
    }

    @Test
    void a_rate_limit_that_passes_is_waited_for() {
        JsonNode task = run(body("[[stub:status code=429 retry-after=1 times=1 id=passes]] and then"));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("outcome").path("exitCode").asInt(-1)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"[[stub:cut how=drop]]", "[[stub:cut how=end]]"})
    void a_stream_that_is_cut_off_is_asked_for_again(String prompt) {
        JsonNode task = run(body(prompt));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("costUsd").asDouble()).isPositive();
    }

    @Test
    void the_turns_are_limited() {
        ObjectNode body = body("[[stub:loop]]");
        ObjectNode claude = body.putObject("claude").put("maxTurns", 3);
        claude.put("model", "claude-sonnet-4-5").putArray("allowedTools").add("Bash");

        JsonNode task = run(body);

        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("max_turns");
        assertThat(task.path("outcome").path("exitCode").asInt()).isEqualTo(1);
    }

    @Test
    void an_answer_that_never_comes_ends_with_the_timeout() {
        JsonNode task = run(body("[[stub:hang]]").put("timeoutMs", 3_000));

        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("timeout");
        assertThat(task.path("outcome").path("durationMs").asLong()).isBetween(3_000L, 9_500L);
    }

    @Test
    void a_cancel_in_the_middle_of_a_tool_leaves_nothing_of_what_it_hid() {
        ObjectNode body = body("[[stub:bash cmd=\"setsid nohup sleep 6000 >/dev/null 2>&1 & sleep 6000\"]]");
        body.putObject("claude").putArray("allowedTools").add("Bash");
        String id = worker.api().submit(body);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Machine.processesOf(List.of(id)).values().stream()
                                .filter(command -> command.startsWith("sleep 6000"))
                                .count()
                        == 2);

        assertThat(worker.api().post("/tasks/" + id + "/cancel", "").statusCode())
                .isEqualTo(202);
        JsonNode task = worker.api().awaitEnd(id);

        assertThat(task.path("status").asText()).isEqualTo("cancelled");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("cancelled");
        assertThat(Machine.processesOf(List.of(id))).isEmpty();
        assertThat(worker.api().post("/tasks/" + id + "/cancel", "").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"--version please", "-p", "/etc/passwd explain"})
    void a_prompt_is_never_taken_for_an_option(String prompt) {
        JsonNode task = run(body(prompt));

        assertThat(task.path("result").path("text").asText()).isEqualTo("STUB_OK: " + prompt);
    }

    @Test
    void a_long_prompt_arrives_whole() {
        String prompt = "long ".repeat(40_000) + "end";

        JsonNode task = run(body(prompt));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(stub.requests()).anyMatch(request -> request.body().contains("long long end"));
    }

    @Test
    void a_prompt_cannot_pull_the_clis_own_files_into_a_request() throws IOException {
        Path secret = Files.writeString(setup.dataDir().resolve("cli/claude/secret.txt"), "not-for-the-api");

        JsonNode task = run(body("summarise @" + secret));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(stub.requests()).noneMatch(request -> request.body().contains("not-for-the-api"));
    }

    @Test
    void an_answer_in_a_schema_is_given_back_as_json() {
        ObjectNode body = body("[[stub:tool name=StructuredOutput input='{\"answer\":42}']]");
        ObjectNode schema = body.putObject("claude").putObject("jsonSchema").put("type", "object");
        schema.putObject("properties").putObject("answer").put("type", "integer");

        JsonNode task = run(body);

        assertThat(task.path("result").path("structuredOutput").path("answer").asInt())
                .isEqualTo(42);
    }

    @Test
    void a_session_is_resumed() {
        ObjectNode first = body("remember the word heron").put("workingDirectory", "resumed");
        String session = run(first).path("sessionId").asText();
        ObjectNode second = body("which word?").put("workingDirectory", "resumed");
        second.putObject("claude").put("resumeSessionId", session);

        JsonNode task = run(second);

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("sessionId").asText()).isEqualTo(session);
        assertThat(stub.requests())
                .anyMatch(request ->
                        request.body().contains("which word?") && request.body().contains("the word heron"));
    }

    @Test
    void neither_prompt_nor_output_nor_key_is_in_the_log() {
        run(body("the prompt that no log may hold"));

        assertThat(worker.log())
                .doesNotContain("no log may hold")
                .doesNotContain("STUB_OK")
                .doesNotContain("sk-ant");
    }

    private static ObjectNode body(String prompt) {
        return Api.body(prompt);
    }

    private static JsonNode run(ObjectNode body) {
        return worker.api().awaitEnd(worker.api().submit(body));
    }
}
