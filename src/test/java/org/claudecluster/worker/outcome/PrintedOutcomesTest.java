package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.claudecluster.worker.claude.Recordings;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program printed, with the exit that followed, and what it comes to. */
class PrintedOutcomesTest {

    /** The shapes of 2.1.197: {@code type} first, no {@code api_error}, and the status absent or null where said. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401  | Invalid API key · Fix external API key                      | auth_failed
            401  | Failed to authenticate. API Error: 401 no                   | auth_failed
            403  | Failed to authenticate. API Error: 403 no                   | auth_failed
            400  | API Error: 400 bad                                          | api_error
            413  | Request too large (max 32MB)                                | api_error
            404  | There's an issue with the selected model (x)                | api_error
            429  | API Error: Request rejected (429) · slow down               | rate_limited
            429  | You've hit your 5-hour limit · resets 2:01am (UTC)          | usage_limit
            429  | You've hit your weekly limit · resets Nov 26, 7:35am (UTC)  | usage_limit
            500  | API Error: 500 oh                                           | api_error
            529  | API Error: 529 Overloaded                                   | overloaded
            null | API Error: Repeated 529 Overloaded errors. Try again later. | overloaded
            null | Request timed out                                           | api_error
            null | Connection to the API was lost (ECONNRESET)                 | api_error
            """)
    void an_api_failure_of_2_1_197_is_told_by_its_status_or_its_text(String status, String text, String reason) {
        Outcome outcome = judged(result("success", true, status, text), 1);
        assertThat(outcome.reason().map(Reason::wire)).contains(reason);
        assertThat(outcome.message()).contains(text);
        assertThat(outcome.ending()).isEqualTo(new Ending.Exited(1));
    }

    @ParameterizedTest
    @CsvSource({
        "authentication_failed, auth_failed",
        "rate_limit, rate_limited",
        "overloaded, overloaded",
        "server_error, api_error",
        "unknown, api_error"
    })
    void without_a_status_the_cli_s_own_failure_line_tells(String word, String reason) {
        String synthetic =
                "{\"type\":\"assistant\",\"message\":{\"model\":\"<synthetic>\"},\"error\":\"" + word + "\"}\n";
        Outcome outcome = judged(synthetic + result("success", true, "null", "No."), 1);
        assertThat(outcome.reason().map(Reason::wire)).contains(reason);
    }

    @Test
    void a_retry_that_was_followed_by_an_answer_is_forgotten() {
        String retried = "{\"type\":\"system\",\"subtype\":\"api_retry\",\"error\":\"rate_limit\"}\n";
        String answered = "{\"type\":\"assistant\",\"message\":{\"model\":\"claude\"}}\n";
        String broken = result("error_during_execution", true, "null", "");
        assertThat(judged(retried + answered + broken, 1).reason()).contains(Reason.API_ERROR);
        assertThat(judged(retried + broken, 1).reason()).contains(Reason.RATE_LIMITED);
    }

    @ParameterizedTest
    @CsvSource({
        "error_max_turns, max_turns, Reached maximum number of turns (3)",
        "error_max_budget_usd, budget_exceeded, Reached maximum budget ($0.001)",
        "error_during_execution, api_error, [ede_diagnostic] result_type=user"
    })
    void an_error_subtype_is_the_reason_and_its_first_error_the_message(String subtype, String reason, String error) {
        Outcome outcome = judged(
                "{\"type\":\"result\",\"subtype\":\"%s\",\"is_error\":true,\"errors\":[\"%s\"]}\n"
                        .formatted(subtype, error),
                1);
        assertThat(outcome.reason().map(Reason::wire)).contains(reason);
        assertThat(outcome.message()).contains(error);
    }

    @Test
    void a_result_without_any_text_names_its_subtype() {
        Outcome outcome = judged("{\"type\":\"result\",\"subtype\":\"error_new\",\"is_error\":true}\n", 1);
        assertThat(outcome.message()).contains("the CLI told a result with the subtype error_new");
        assertThat(outcome.reason()).contains(Reason.API_ERROR);
    }

    @Test
    void success_is_told_and_exited_with_0() {
        String success = result("success", false, "null", "fine");
        assertThat(judged(success, 0)).isEqualTo(new Outcome.Completed(new Ending.Exited(0), Optional.empty()));
        assertThat(judged(success, 1).reason()).contains(Reason.EXIT_NONZERO);
        assertThat(judged(success, new Ending.Signalled(9)).reason()).contains(Reason.KILLED_BY_SIGNAL);
    }

    @Test
    void an_answer_that_speaks_of_limits_is_still_a_success() {
        assertThat(judged(result("success", false, "null", "You've hit your speed limit"), 0)
                        .status())
                .isEqualTo(TaskStatus.COMPLETED);
    }

    @Test
    void a_plain_program_that_exits_with_0_has_succeeded() {
        assertThat(judged("hello\r\n", 0)).isEqualTo(new Outcome.Completed(new Ending.Exited(0), Optional.empty()));
        assertThat(judged("", 0).status()).isEqualTo(TaskStatus.COMPLETED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            error: unknown option '--x'\\r\\n|error: unknown option '--x'
            \\e[31mred\\e[0m text\\r\\n|red text
            \\e]0;title\\abad flag\\r\\n|bad flag
            \\e]0;title\\e\\\\bad flag\\r\\n|bad flag
            \\e[?25h|exit code 2
            """)
    void a_plain_program_s_last_words_are_the_message_without_escapes(String printed, String message) {
        String real = printed.replace("\\r\\n", "\r\n")
                .replace("\\e", "\u001b")
                .replace("\\a", "\u0007")
                .replace("\\\\", "\\");
        Outcome outcome = judged(real, 2);
        assertThat(outcome.reason()).contains(Reason.EXIT_NONZERO);
        assertThat(outcome.message()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 511, 512, 513, 100_000})
    void of_long_text_only_the_end_is_kept(int length) {
        String text = "a".repeat(length) + "END";
        String message = judged(text, 1).message().orElseThrow();
        assertThat(message).endsWith("END").hasSize(Math.min(text.length(), 512));
    }

    @Test
    void a_signal_is_named() {
        Outcome outcome = judged("text\r\n", new Ending.Signalled(9));
        assertThat(outcome)
                .isEqualTo(new Outcome.Failed(
                        Reason.KILLED_BY_SIGNAL, "ended by signal 9: text", new Ending.Signalled(9)));
    }

    @Test
    void what_never_started_says_so() {
        assertThat(judged("", new Ending.NotStarted()).reason()).contains(Reason.NEVER_STARTED);
    }

    /** The rows of docs/api.md by name: what a program that calls itself Claude Code prints, and its exit code. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a refusal                     | INIT RESULT(success,false,refusal,)             | 0 | failed    | refused      | the model refused to answer
            a refusal with words          | INIT RESULT(success,false,refusal,No.)          | 0 | failed    | refused      | No.
            a refusal as an error         | INIT RESULT(success,true,refusal,No.)           | 1 | failed    | refused      | No.
            inside a tool call            | INIT TOOL RESULT(success,false,tool_use,)       | 0 | failed    | incomplete   | stopped for tool_use
            an open call, no stop reason  | INIT TOOL RESULT(success,false,,)               | 0 | failed    | incomplete   | inside a tool call
            an open call, but an answer   | INIT TOOL RESULT(success,false,end_turn,x)      | 0 | completed |              |
            out of tokens                 | INIT RESULT(success,false,max_tokens,half an)   | 0 | failed    | incomplete   | stopped for max_tokens
            a pause                       | INIT RESULT(success,false,pause_turn,)          | 0 | failed    | incomplete   | stopped for pause_turn
            out of context                | INIT RESULT(success,false,model_context_window_exceeded,x) | 0 | failed | incomplete | context_window
            cut off and exit 1            | INIT RESULT(success,false,max_tokens,)          | 1 | failed    | incomplete   | stopped for max_tokens
            a reason of next year         | INIT RESULT(success,false,novel,x)              | 0 | completed |              | not known here: novel
            the same without an answer    | INIT RESULT(success,false,novel,)               | 0 | failed    | incomplete   | stopped for novel
            the same, words before        | INIT SAY RESULT(success,false,novel,)           | 0 | completed |              | not known here: novel
            a subtype of next year        | INIT RESULT(partial,false,end_turn,x)           | 0 | failed    | api_error    | subtype partial: x
            no subtype                    | INIT RESULT(,false,end_turn,x)                  | 0 | failed    | api_error    | no subtype: x
            no schema met                 | INIT RESULT(error_max_structured_output_retries,true,,) | 1 | failed | schema_unmet | error_max_structured_output_retries
            nothing at all                |                                                 | 0 | failed    | no_result    | exit code 0 and without a result
            words only                    | hello                                           | 0 | failed    | no_result    | hello
            events only                   | INIT SAY                                        | 0 | failed    | no_result    | exit code 0 and without a result
            last words                    | INIT FATAL INIT                                 | 3 | failed    | exit_nonzero | without a result: FATAL: out of handles at x.js:3
            a success and exit 1          | INIT RESULT(success,false,end_turn,x) FATAL     | 1 | failed    | exit_nonzero | success, but ended with exit code 1: FATAL
            work in the background        | INIT BACKGROUND RESULT(success,false,end_turn,x) | 0 | failed   | incomplete   | under way: t1
            it came back                  | INIT BACKGROUND RESULT(success,false,,x) RESULT(success,false,,y) | 0 | completed | |
            a failure after a success     | RESULT(success,false,end_turn,x) RESULT(success,true,,No.) | 1 | failed | api_error | No.
            a success after a failure     | RESULT(success,true,,No.) RESULT(success,false,end_turn,x) | 0 | completed | |
            """)
    void a_run_comes_to_what_the_table_says(
            String name, String printed, int exit, String status, String reason, String message) {
        Outcome outcome = RunOutcomes.of(RunEnd.byItself(
                new Ending.Exited(exit),
                Recordings.report(script(printed == null ? "" : printed)).told(),
                Speaker.CLAUDE_CODE));
        assertThat(outcome.status().wire()).isEqualTo(status);
        assertThat(outcome.reason().map(Reason::wire)).isEqualTo(Optional.ofNullable(reason));
        assertThat(outcome.message().orElse("")).contains(message == null ? "" : message);
    }

    @ParameterizedTest
    @CsvSource({"CLAUDE_CODE, failed", "UNKNOWN, failed", "ANOTHER, completed"})
    void a_program_is_held_to_what_it_calls_itself(Speaker speaker, String status) {
        assertThat(RunOutcomes.of(RunEnd.byItself(
                                new Ending.Exited(0),
                                Recordings.report("hello\r\n").told(),
                                speaker))
                        .status()
                        .wire())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "2.1.330 (Claude Code), CLAUDE_CODE",
        "'\u001b[?25h2.2.0 (Claude Code)\r\n', CLAUDE_CODE",
        "9.9.9 (a shell), ANOTHER",
        "'', ANOTHER"
    })
    void a_program_calls_itself_claude_code_in_its_version(String answer, Speaker speaker) {
        assertThat(Speaker.of(answer)).isEqualTo(speaker);
    }

    /** RESULT(subtype,is_error,stop_reason,result), and shorthands for other lines. */
    private static String script(String words) {
        return words.replaceAll(
                        "RESULT\\((\\w*),(\\w+),(\\w*),([^)]*)\\)",
                        "{\"type\":\"result\",\"subtype\":\"$1\",\"is_error\":$2,\"stop_reason\":\"$3\",\"result\":\"$4\"}\n")
                .replace("INIT", "{\"type\":\"system\",\"subtype\":\"init\"}\n")
                .replace(
                        "SAY",
                        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"spoken\"}]}}\n")
                .replace(
                        "TOOL",
                        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\"}]}}\n")
                .replace("BACKGROUND", "{\"type\":\"system\",\"subtype\":\"task_started\",\"task_id\":\"t1\"}\n")
                .replace("FATAL", "FATAL: out of handles at x.js:3\r\n");
    }

    private static Outcome judged(String printed, Ending ending) {
        return RunOutcomes.of(RunEnd.byItself(ending, Recordings.report(printed).told(), Speaker.ANOTHER));
    }

    private static Outcome judged(String printed, int exit) {
        return judged(printed, new Ending.Exited(exit));
    }

    private static String result(String subtype, boolean isError, String status, String text) {
        return "{\"type\":\"result\",\"subtype\":\"%s\",\"is_error\":%s,\"api_error_status\":%s,\"result\":\"%s\"}\n"
                .formatted(subtype, isError, status, text);
    }
}
