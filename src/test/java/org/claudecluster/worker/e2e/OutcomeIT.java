package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How runs end that people have reported: one worker, and a stand-in for the CLI that prints what each prompt says. The
 * whole table is walked by unit tests; this shows that what decides reaches it.
 */
class OutcomeIT {

    private static final Path CLI =
            Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath();

    @TempDir
    private static Path home;

    private static WorkerProcess worker;

    @BeforeAll
    static void start() throws IOException {
        worker = WorkerSetup.in(home)
                .withCli(CLI)
                .with("ANTHROPIC_API_KEY", "x")
                .with("WORKER_WATCHDOG_LINGERING", "1s")
                .start();
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            init; cutoff refusal                              | failed    | refused      | refused            |
            init; tool t1; cutoff tool_use                    | failed    | incomplete   | tool_use           |
            init; cutoff max_tokens half                      | failed    | incomplete   | max_tokens         | half
            init; cutoff pause_turn                           | failed    | incomplete   | pause_turn         |
            init; say "an answer"; cutoff novel               | completed |              | novel              | an answer
            exit 0                                            | failed    | no_result    | without a result   |
            echo hello                                        | failed    | no_result    | hello              |
            init; background t1; ok waiting; sleep 4; settled t1; ok finished | completed | | | finished
            init; background t1; ok waiting; sleep 4; ok finished | completed | | | finished
            init; background t1; ok waiting                   | failed    | incomplete   | t1                 | waiting
            init; ok done; sleep 60                           | completed | lingering    |                    | done
            init; echo "FATAL: out of handles at x.js:3" >&2; exit 3 | failed | exit_nonzero | FATAL: out of handles at x.js:3 |
            init; say done; ok done; exit 1                   | failed    | exit_nonzero | reported success   | done
            init; failed error_max_structured_output_retries gave-up | failed | schema_unmet | gave-up |
            init; bad 403 "API Error: 403 You have no access to the model x"; exit 1 | failed | api_error | model x | API Error: 403 You have no access to the model x
            """)
    void a_run_comes_to_what_it_did(String prompt, String status, String reason, String message, String text) {
        JsonNode task = ended(Api.body(prompt));
        assertThat(task.path("status").asText()).isEqualTo(status);
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo(reason == null ? "" : reason);
        assertThat(task.path("outcome").path("message").asText()).contains(message == null ? "" : message);
        assertThat(task.path("result").path("text").asText()).isEqualTo(text == null ? "" : text);
    }

    @Test
    void an_answer_without_the_output_that_a_schema_asks_for_has_failed() {
        ObjectNode body = Api.body("init; ok plain");
        body.putObject("claude").putObject("jsonSchema").put("type", "object");
        JsonNode task = ended(body);
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("schema_unmet");
        assertThat(task.path("result").path("text").asText()).isEqualTo("plain");
    }

    @Test
    void work_in_the_background_that_its_time_cuts_off_is_incomplete() {
        JsonNode task =
                ended(Api.body("init; background t1; ok waiting; sleep 60").put("timeoutMs", 4000));
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("incomplete");
        assertThat(task.path("outcome").path("message").asText()).contains("timeoutMs", "t1");
        assertThat(task.path("result").path("text").asText()).isEqualTo("waiting");
    }

    @Test
    void what_was_cut_off_can_be_continued() {
        String id = worker.api().submit("init; session; tool t1; cutoff tool_use");
        JsonNode task = worker.api().awaitEnd(id);
        assertThat(task.path("result").path("sessionId").asText()).hasSize(36);
        assertThat(worker.api()
                        .post(
                                "/tasks/" + id + "/continue?wait=60s",
                                Api.body("init; ok on").toString())
                        .body())
                .contains("\"completed\"");
    }

    @Test
    void a_model_that_one_caller_may_not_use_says_nothing_of_the_credential() {
        ended(Api.body("init; bad 403 \"API Error: 403 You have no access to the model x\"; exit 1"));
        assertThat(worker.api().isReady()).isTrue();
        assertThat(ended(Api.body("init; ok next")).path("status").asText()).isEqualTo("completed");
    }

    @Test
    void a_word_that_nobody_knows_is_counted() {
        ended(Api.body("init; cutoff of_next_year x"));
        assertThat(worker.api().get("/q/metrics").body()).contains("worker_cli_unknown_total{field=\"stop_reason\"");
    }

    private static JsonNode ended(ObjectNode body) {
        return worker.api().awaitEnd(worker.api().submit(body));
    }
}
