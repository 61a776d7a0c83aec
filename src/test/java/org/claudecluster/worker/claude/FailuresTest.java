package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.TaskStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {

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
        assertThat(outcome.message()).contains("error_new");
        assertThat(outcome.reason()).contains(Reason.API_ERROR);
    }

    @Test
    void success_is_told_and_exited_with_0() {
        String success = result("success", false, "null", "fine");
        assertThat(judged(success, 0)).isEqualTo(new Outcome.Completed(new Ending.Exited(0), Optional.empty()));
        assertThat(judged(success, 1).reason()).contains(Reason.EXIT_NONZERO);
        assertThat(Recordings.report(success)
                        .verdict(new Ending.Signalled(9))
                        .outcome()
                        .reason())
                .contains(Reason.KILLED_BY_SIGNAL);
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
        Outcome outcome =
                Recordings.report("text").verdict(new Ending.Signalled(9)).outcome();
        assertThat(outcome)
                .isEqualTo(new Outcome.Failed(Reason.KILLED_BY_SIGNAL, "ended by signal 9", new Ending.Signalled(9)));
    }

    @Test
    void what_never_started_says_so() {
        assertThat(Recordings.report("")
                        .verdict(new Ending.NotStarted())
                        .outcome()
                        .reason())
                .contains(Reason.NEVER_STARTED);
    }

    private static Outcome judged(String printed, int exit) {
        return Recordings.report(printed).verdict(new Ending.Exited(exit)).outcome();
    }

    private static String result(String subtype, boolean isError, String status, String text) {
        return "{\"type\":\"result\",\"subtype\":\"%s\",\"is_error\":%s,\"api_error_status\":%s,\"result\":\"%s\"}\n"
                .formatted(subtype, isError, status, text);
    }
}
