package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.claude.Recordings;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every recording, with the verdict that its README's columns call for. */
class RecordedOutcomesTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            plain                       | 0 | completed |                 | STUB_OK: say hello     | true  | 1
            plain-partial               | 0 | completed |                 | STUB_OK: say hello     | true  | 1
            plain-pty                   | 0 | completed |                 | STUB_OK: say hello     | true  | 1
            two-turns                   | 0 | completed |                 | STUB_DONE hi           | true  | 2
            bash                        | 0 | completed |                 | STUB_DONE hi           | true  | 2
            bash-failing                | 0 | completed |                 | STUB_DONE Exit code 3  | true  | 2
            write                       | 0 | completed |                 | STUB_DONE File created | true  | 2
            denied                      | 0 | completed |                 | STUB_DONE Permission   | true  | 2
            structured                  | 0 | completed |                 | {"answer               | true  | 2
            structured-missing          | 0 | completed |                 | STUB_OK:               | true  | 2
            slow-partial                | 0 | completed |                 | w1 w2 w3               | true  | 1
            big                         | 0 | completed |                 |                        | true  | 1
            status-400                  | 1 | failed    | api_error       | API Error: 400         | false | 1
            status-401                  | 1 | failed    | auth_failed     | Invalid API key        | false | 1
            status-401-no-retry         | 1 | failed    | auth_failed     | Invalid API key        | false | 1
            status-403                  | 1 | failed    | auth_failed     | Failed to authenticate | false | 1
            status-404                  | 1 | failed    | api_error       | There's an issue with  | false | 1
            status-429                  | 1 | failed    | rate_limited    | API Error: Request     | false | 1
            status-429-recovers         | 0 | completed |                 | STUB_OK:               | true  | 1
            status-429-long-retry-after | 1 | failed    | rate_limited    | API Error: Request     | false | 1
            status-500                  | 1 | failed    | api_error       | API Error: 500         | false | 1
            status-529                  | 1 | failed    | overloaded      | API Error: 529         | false | 1
            limit-api-key               | 1 | failed    | rate_limited    | API Error: Request     | false | 1
            limit-oauth                 | 1 | failed    | usage_limit     | You've hit your 5-hour | false | 1
            limit-oauth-weekly          | 1 | failed    | usage_limit     | You've hit your weekly | false | 1
            limit-oauth-warning         | 0 | completed |                 | STUB_OK: hello         | true  | 1
            refusal                     | 1 | failed    | refused         | API Error: Sonnet      | true  | 2
            loop-max-turns              | 1 | failed    | max_turns       |                        | true  | 4
            loop-max-budget             | 1 | failed    | budget_exceeded |                        | true  | 2
            cut-drop                    | 0 | completed |                 | STUB_OK:               | true  | 1
            cut-end                     | 0 | completed |                 | STUB_OK:               | true  | 1
            cut-end-always              | 1 | failed    | api_error       | API Error: JSON Parse  | true  | 1
            hang-api-timeout            | 1 | failed    | api_error       | Request timed out      | false | 1
            stall-sigint                | 0 | failed    | api_error       |                        | true  | 2
            stall-partial-sigint        | 0 | failed    | api_error       |                        | true  | 2
            sigint-bash                 | 0 | failed    | api_error       |                        | true  | 3
            sigint-bash-pty             | 0 | failed    | api_error       |                        | true  | 3
            not-logged-in               | 1 | failed    | auth_failed     | Not logged in          | false | 1
            """)
    void a_run_with_a_result_is_judged_by_the_result_and_the_exit(
            String recording, int exit, String status, String reason, String text, boolean costs, int turns) {
        Verdict verdict = judged(Recordings.report(Recordings.bytes(recording)), exit);
        TaskResult result = verdict.result().orElseThrow();
        assertThat(verdict.outcome().status().wire()).isEqualTo(status);
        assertThat(verdict.outcome().reason().map(Reason::wire)).isEqualTo(Optional.ofNullable(reason));
        assertThat(result.text().orElse("")).startsWith(text == null ? "" : text);
        assertThat(result.costUsd().compareTo(BigDecimal.ZERO) > 0).isEqualTo(costs);
        assertThat(result.turns()).isEqualTo(turns);
        assertThat(result.sessionId())
                .hasValueSatisfying(session -> assertThat(session).hasSize(36));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            hang-sigint  | 0   | no_result
            pings-sigint | 0   | no_result
            hang-sigterm | 143 | exit_nonzero
            sigterm-bash | 143 | exit_nonzero
            """)
    void a_run_that_spoke_but_gave_no_result_has_failed(String recording, int exit, String reason) {
        Verdict verdict = judged(Recordings.report(Recordings.bytes(recording)), exit);
        assertThat(verdict.result()).isEmpty();
        assertThat(verdict.outcome().reason().map(Reason::wire)).contains(reason);
        assertThat(verdict.outcome().message())
                .contains("the CLI ended with exit code " + exit + " and without a result");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "limit-oauth, 2026-11-24T02:01:38Z",
        "limit-oauth-weekly, 2026-11-26T07:35:00Z",
        "limit-oauth-warning,",
        "limit-api-key,",
        "status-429-long-retry-after,",
        "status-529,",
        "plain,"
    })
    void the_reset_of_a_limit_is_told_when_the_limit_failed_the_run(String recording, Instant reset) {
        Verdict verdict = judged(Recordings.report(Recordings.bytes(recording)), 1);
        assertThat(verdict.resetsAt()).isEqualTo(Optional.ofNullable(reset));
    }

    @Test
    void the_reset_is_read_from_the_text_where_no_number_tells_it() {
        String printed = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":429,"
                + "\"result\":\"You've hit your 5-hour limit · resets 2:01am (UTC)\"}\n";
        Verdict verdict = judged(Recordings.report(printed), 1);
        assertThat(verdict.outcome().reason()).contains(Reason.USAGE_LIMIT);
        assertThat(verdict.resetsAt()).contains(Instant.parse("2026-11-24T02:02:00Z"));
    }

    @Test
    void denied_tools_do_not_fail_a_run_but_are_told() {
        TaskResult result = result("denied");
        assertThat(result.permissionDenials()).startsWith("[{").contains("\"tool_name\":\"Bash\"");
        assertThat(result("plain").permissionDenials()).isEqualTo("[]");
    }

    @Test
    void structured_output_is_kept_as_json() {
        assertThat(result("structured").structuredOutput()).contains("{\"answer\":42}");
        assertThat(result("plain").structuredOutput()).isEmpty();
    }

    @Test
    void tokens_are_those_of_the_result_line() {
        assertThat(result("plain").usage().inputTokens()).isPositive();
        assertThat(result("plain").usage().outputTokens()).isPositive();
        assertThat(result("status-401").usage().inputTokens()).isZero();
    }

    @Test
    void of_two_results_the_last_one_counts() {
        String first = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"one\"}\n";
        String last = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":500,"
                + "\"result\":\"two\"}\n";
        assertThat(judged(Recordings.report(first + last), 1).outcome().message())
                .contains("two");
        assertThat(judged(Recordings.report(last + first), 0)
                        .result()
                        .orElseThrow()
                        .text())
                .contains("one");
    }

    @Test
    void a_report_tells_whether_the_result_was_there_before_the_end() {
        RunReport report = new RunReport(InstantSource.system());
        AgentStream stream = new AgentStream(report::event);
        assertThat(report.hasResult()).isFalse();
        assertThat(report.result()).isEmpty();
        stream.accept(ByteBuffer.wrap(Recordings.bytes("plain")));
        assertThat(report.hasResult()).isTrue();
        assertThat(report.result().orElseThrow().turns()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"structured, completed,", "structured-missing, failed, schema_unmet", "plain, failed, schema_unmet"})
    void a_schema_that_was_asked_for_is_met_by_structured_output_only(String recording, String status, String reason) {
        RunEnd end = new RunEnd(
                new Ending.Exited(0),
                Optional.empty(),
                Optional.empty(),
                Recordings.report(Recordings.bytes(recording)).told(),
                Speaker.CLAUDE_CODE,
                RunEnd.Machine.FINE,
                true);
        Verdict verdict = RunOutcomes.verdict(end);
        assertThat(verdict.outcome().status().wire()).isEqualTo(status);
        assertThat(verdict.outcome().reason().map(Reason::wire)).isEqualTo(Optional.ofNullable(reason));
        assertThat(verdict.result().orElseThrow().text()).isPresent();
    }

    private static Verdict judged(RunReport report, int exit) {
        return RunOutcomes.verdict(RunEnd.byItself(new Ending.Exited(exit), report.told(), Speaker.CLAUDE_CODE));
    }

    private static TaskResult result(String recording) {
        return Recordings.report(Recordings.bytes(recording)).result().orElseThrow();
    }
}
