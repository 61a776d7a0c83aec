package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a run prints, and wherever: its result is found, and what it left can be read. */
class PrintedIT {

    private static final Path CLI =
            Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath();
    private static final String BEGIN = "init; printf '{\"type\":\"result\",\"subtype\":\"success\",'; ";
    private static final String END = "printf '\"is_error\":false,\"result\":\"x\"}\\n'";
    private static final String SUCCESS = "\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false";

    @TempDir
    private static Path home;

    private static WorkerProcess worker;

    @BeforeAll
    static void start() throws IOException {
        worker =
                WorkerSetup.in(home).withCli(CLI).with("ANTHROPIC_API_KEY", "x").start();
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    static List<String> besideAResult() {
        return List.of(
                BEGIN + "printf 'warn: something\\n' >&2; " + END,
                BEGIN + "printf 'Password: ' >/dev/tty; " + END,
                BEGIN + "head -c 1000000 /dev/zero | tr '\\0' '{' >&2; " + END,
                "init; printf '{\"level\":\"warn\"}' >&2; ok x",
                "init; printf '{\"level\":\"warn\"}'; ok x",
                "init; printf '{\"level\":'; ok x",
                "init; printf '{\"type\":\"assistant\",\"message\":{\"te'; ok x",
                "init; printf '\\033[?25h{not json '; ok x",
                "init; printf '{%s,\"result\":\"x\"}\\033[?25h garbage\\r\\n' '" + SUCCESS + "'",
                "init; printf '{%s,\"result\":\"y\"}{%s,\"result\":\"x\"}' '" + SUCCESS + "' '" + SUCCESS + "'",
                "init; ok x; printf '{%s,\"result\":\"y\"}\\n' '" + SUCCESS + "' >&2",
                "init; printf '{%s,\"result\":\"x\",\"usage\":{\"input_tokens\":1e999999999}}\\n' '" + SUCCESS + "'");
    }

    @ParameterizedTest
    @MethodSource("besideAResult")
    void a_result_is_found_beside_whatever_else_is_printed(String prompt) {
        JsonNode task = worker.api().awaitEnd(worker.api().submit(prompt));
        assertThat(task.path("status").asText()).as("%s", task.path("outcome")).isEqualTo("completed");
        assertThat(task.path("result").path("text").asText()).isEqualTo("x");
    }

    static List<Arguments> oddValues() {
        return List.of(
                Arguments.of("{\"a\":\"\\\\ud83d\"}", "{\"a\":\"\ufffd\"}"),
                Arguments.of("[\"\\\\ude00\\\\ud83d\"]", "[\"\ufffd\ufffd\"]"),
                Arguments.of("{\"\\\\ud83d\":1}", "{\"\ufffd\":1}"),
                Arguments.of("\"\\\\ud83d\\\\ude00\"", "\"\ud83d\ude00\""),
                Arguments.of("\"\\377\"", "\"\ufffd\""),
                Arguments.of("{\"a\":1,\"a\":2}", "{\"a\":2}"),
                Arguments.of("false", "false"),
                Arguments.of("\"\\342\\200\\250\"", "\"\u2028\""),
                Arguments.of("[".repeat(150) + "]".repeat(150), "[".repeat(150) + "]".repeat(150)));
    }

    @ParameterizedTest
    @MethodSource("oddValues")
    void a_structured_output_of_any_text_can_be_read_alone_and_in_a_list(String printed, String kept) {
        String id = worker.api()
                .submit("init; printf '{" + SUCCESS + ",\"result\":\"x\",\"structured_output\":" + printed + "}\\n'");
        JsonNode task = worker.api().awaitEnd(id);
        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("structured_output").isMissingNode())
                .isTrue();
        assertThat(task.path("result").path("structuredOutput")).isEqualTo(Api.json(kept));
        listIsReadable(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init; printf '{" + SUCCESS + ",\"result\":\"a\\\\ud83db\\\\u0000c\\377\"}\\n'",
                "init; printf '{" + SUCCESS + ",\"result\":\"x\",\"session_id\":\"%01000000d\"}\\n' 7",
                "init; printf '{" + SUCCESS
                        + ",\"result\":\"x\",\"total_cost_usd\":1e999999999,\"num_turns\":-1e99}\\n'",
                "init; printf '{" + SUCCESS + ",\"result\":\"x\",\"n\":%01000000d}\\n' 7",
                "init; printf '{" + SUCCESS + ",\"x\":'; printf '[%.0s' $(seq 100000); printf '}\\n'",
                "init; printf '{\"type\":\"result\",\"subtype\":\"\\\\ud83d\",\"is_error\":true,\"result\":\"\\\\u0000\\\\ud83d\"}\\n'; exit 1",
                "printf 'half \\355\\240\\275 nul \\0 \\377' >&2; exit 1",
                "init; printf '{\"type\":\"a\\rb\"}\\n{\"type\":\"x\",\\r\"y\":1}\\n'; exit 1"
            })
    void whatever_was_printed_the_task_the_list_and_the_events_can_be_read(String prompt) {
        String id = worker.api().submit(prompt);
        JsonNode task = worker.api().awaitEnd(id);
        assertThat(task.path("status").asText()).isIn("completed", "failed");
        listIsReadable(id);
        assertThat(worker.api().get("/tasks/" + id + "/events").body().lines())
                .allSatisfy(line -> assertThat(Api.json(line).isObject()).isTrue());
        try (SseStream stream = worker.api().stream(id, 0)) {
            assertThat(stream.rest())
                    .last()
                    .satisfies(event -> assertThat(event.name()).isEqualTo("complete"));
        }
    }

    private static void listIsReadable(String id) {
        HttpResponse<byte[]> list = worker.api().bytes("/tasks?limit=500");
        assertThat(list.statusCode()).isEqualTo(200);
        JsonNode tasks =
                Api.json(new String(list.body(), StandardCharsets.UTF_8)).path("tasks");
        assertThat(tasks.findValuesAsText("taskId")).contains(id);
    }

    @Test
    void an_answer_of_25_megabytes_is_a_result() {
        String prompt = "init; printf '{" + SUCCESS
                + ",\"result\":\"'; head -c 25000000 /dev/zero | tr '\\0' y; printf '\"}\\n'";
        JsonNode task = worker.api().awaitEnd(worker.api().submit(prompt));
        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("text").asText()).startsWith("yyyy").hasSizeGreaterThan(100_000);
    }

    @Test
    void both_channels_are_one_transcript_with_every_byte() {
        String id = worker.api()
                .submit("printf 'one\\n'; sleep 0.2; printf 'two\\n' >&2; sleep 0.2; printf 'thr\\342\\202'; "
                        + "sleep 0.2; printf '(four)\\n' >&2; sleep 0.2; printf '\\254\\n'; exit 1");
        JsonNode task = worker.api().awaitEnd(id);
        assertThat(worker.api().output(id)).isEqualTo("one\r\ntwo\r\nthr(four)\r\n€\r\n");
        assertThat(task.path("progress").path("outputBytes").asInt()).isEqualTo(10 + 3 + 8 + 5);
    }
}
