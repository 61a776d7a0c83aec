package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tasks cost, with a program that tells its session's cost as CLI 2.1.330 does. */
class MoneyIT {

    @TempDir
    Path home;

    private WorkerProcess worker;

    @BeforeEach
    void start() throws IOException {
        worker = WorkerSetup.in(home)
                .withCli(telling())
                .with("ANTHROPIC_API_KEY", "x")
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        worker.close();
    }

    /** Runs its prompt as a script in which {@code session} leaves a session and {@code told} a result of that cost. */
    private Path telling() throws IOException {
        Path program = home.resolve("telling-cli");
        Files.writeString(program, """
                #!/bin/sh
                case " $* " in
                *" --version "*) echo '2.1.330 (Claude Code)'; exit 0 ;;
                *" auth "*) echo '{"loggedIn":true}'; exit 0 ;;
                esac
                for option in "$@"; do
                    case "$option" in
                    --session-id=*) id=${option#--session-id=} ;;
                    --resume=*) id=${option#--resume=} ;;
                    esac
                done
                session() {
                    mkdir -p "$CLAUDE_CONFIG_DIR/projects/x"
                    printf '{"type":"user","message":{"content":"hi"},"sessionId":"%s"}\\n' "$id" >"$CLAUDE_CONFIG_DIR/projects/x/$id.jsonl"
                }
                told() {
                    printf '{"type":"system","subtype":"init","session_id":"%s"}\\n' "$id"
                    printf '{"type":"assistant","message":{"content":[{"type":"text","text":"done"}]}}\\n'
                    printf '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"done","stop_reason":"end_turn","session_id":"%s"%s}\\n' "$id" "$1"
                }
                eval "$(cat)"
                """);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    private JsonNode ended(ObjectNode body, String path) {
        JsonNode submitted = Api.json(worker.api().post(path, body.toString()));
        JsonNode task = worker.api().awaitEnd(submitted.path("taskId").asText());
        assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
        return task;
    }

    private JsonNode ended(String script) {
        return ended(Api.body(script), "/run");
    }

    private JsonNode followed(JsonNode before, String script) {
        return ended(Api.body(script), "/tasks/" + before.path("taskId").asText() + "/continue");
    }

    private static void requireCost(JsonNode task, double usd) {
        assertThat(task.path("result").path("costUsd").asDouble()).isEqualTo(usd);
        assertThat(task.path("attempts").path(0).path("costUsd").asDouble()).isEqualTo(usd);
    }

    private void requireCounted(double usd) {
        await().untilAsserted(() -> assertThat(worker.api()
                        .get("/q/metrics")
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("worker_cost_usd_total"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum())
                .isCloseTo(usd, within(1e-9)));
    }

    @Test
    void a_follow_up_costs_what_its_session_s_total_has_grown() {
        JsonNode first = ended("session; told ',\"total_cost_usd\":1.00'");
        JsonNode second = followed(first, "told ',\"total_cost_usd\":1.20'");
        JsonNode third = followed(second, "told ',\"total_cost_usd\":1.25'");

        requireCost(first, 1.00);
        requireCost(second, 0.20);
        requireCost(third, 0.05);
        requireCounted(1.25);
    }

    @Test
    void a_program_that_tells_its_own_cost_only_is_believed() {
        JsonNode first = ended("session; " + processOnly(100, "1.00"));
        JsonNode second = followed(first, processOnly(120, "1.20"));

        requireCost(first, 1.00);
        requireCost(second, 1.20);
        requireCounted(2.20);
    }

    /** As 2.1.197 tells it. */
    private static String processOnly(int tokens, String usd) {
        return "told ',\"total_cost_usd\":" + usd + ",\"usage\":{\"input_tokens\":" + tokens
                + "},\"modelUsage\":{\"m\":{\"inputTokens\":" + tokens + "}}'";
    }

    @Test
    void a_cost_that_was_not_told_is_absent_and_not_nothing() {
        JsonNode task = ended("told ''");

        assertThat(task.path("attempts").path(0).has("costUsd"))
                .as(task::toPrettyString)
                .isFalse();
        requireCounted(0);
    }
}
