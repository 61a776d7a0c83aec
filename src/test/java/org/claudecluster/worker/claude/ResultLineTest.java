package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the CLI may print as a result, and nobody would have thought of. */
class ResultLineTest {

    private static final String SESSION = "8e5e078b-90f2-4b8f-9e8e-0d2c1c2f9a11";

    @ParameterizedTest
    @CsvSource({
        "false, false",
        "null, false",
        "'\"false\"', false",
        "true, true",
        "'\"true\"', true",
        "'\"no idea\"', true",
        "0, true",
        "1, true",
        "{}, true"
    })
    void what_is_neither_yes_nor_no_is_no_success(String told, boolean error) {
        assertThat(line("\"subtype\":\"success\",\"is_error\":" + told).isError())
                .isEqualTo(error);
    }

    @Test
    void an_error_that_is_not_told_is_none() {
        assertThat(line("\"subtype\":\"success\"").isSuccess()).isTrue();
        assertThat(line("\"is_error\":false").isSuccess()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.25     | 1.25
            0        | 0
            -3       | 0
            1e999    | 0
            -1e999   | 0
            1e400    | 0
            1e12     | 0
            1e-999   | 0
            1e-30    | 0
            "NaN"    | 0
            "1.25"   | 0
            null     | 0
            0.1234567890123456 | 0.123457
            """)
    void an_amount_that_can_t_be_one_counts_as_nothing(String told, BigDecimal amount) {
        assertThat(line("\"total_cost_usd\":" + told).result().costUsd()).isEqualByComparingTo(amount);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3",
        "-1, 0",
        "1e99, 2147483647",
        "99999999999999999999, 2147483647",
        "1e999, 2147483647",
        "'\"7\"', 0",
        "null, 0"
    })
    void turns_are_a_number_that_fits(String told, int turns) {
        assertThat(line("\"num_turns\":" + told).result().turns()).isEqualTo(turns);
    }

    @Test
    void tokens_can_be_added_up() {
        TaskResult result =
                line("\"usage\":{\"input_tokens\":1e300,\"output_tokens\":-5,\"cache_read_input_tokens\":\"x\"}")
                        .result();
        assertThat(result.usage().inputTokens()).isEqualTo(1_000_000_000_000_000L);
        assertThat(result.usage().outputTokens()).isZero();
        assertThat(result.usage().cacheReadTokens()).isZero();
    }

    @Test
    void the_cost_comes_with_the_tokens_of_all_models() {
        String models = """
                "modelUsage":{\
                    "claude-sonnet-4-5":{"inputTokens":200,"outputTokens":22,"cacheReadInputTokens":7,"cacheCreationInputTokens":9,\
                        "thinkingTokens":3,"cacheCreationEphemeral5mInputTokens":9,"webSearchRequests":0,"costUSD":0.00093},\
                    "claude-haiku-4-5":{"inputTokens":10,"outputTokens":1,"costUSD":0.0001}}""";
        TaskResult result = line("\"total_cost_usd\":0.00103,\"usage\":{\"input_tokens\":200}," + models)
                .result();

        assertThat(result.cost()).contains(CostReport.told(1_030, Optional.of(new Usage(210, 23, 7, 9))));
        assertThat(result.cost().orElseThrow().tokens()).contains(249L);
        assertThat(line("\"total_cost_usd\":0,\"modelUsage\":{}").result().cost())
                .contains(new CostReport(0, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "\"1-1-1-1-1\"", "7", "null", "{}", "\"" + SESSION + SESSION + "\""})
    void what_names_no_session_is_none(String told) {
        assertThat(line("\"session_id\":" + told).result().sessionId()).isEmpty();
        assertThat(line("\"session_id\":\"" + SESSION + "\"").result().sessionId())
                .contains(SESSION);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "answer"     | answer
            {"a":1}      | {"a":1}
            [1]          | [1]
            7            | 7
            ""           | spoken before
            "  "         | spoken before
            null         | spoken before
            """)
    void the_text_is_the_answer_whatever_its_type_else_what_was_spoken(String told, String text) {
        assertThat(ResultLine.of(
                                Recordings.events("{\"type\":\"result\",\"result\":" + told + "}\n")
                                        .getFirst()
                                        .node(),
                                "",
                                "spoken before",
                                true)
                        .result()
                        .text())
                .contains(text);
    }

    @Test
    void what_was_spoken_before_a_tool_call_is_shown_but_is_no_answer() {
        RunReport report = Recordings.report("""
                {"type":"assistant","message":{"content":[{"type":"text","text":"I run it."}]}}
                {"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1"}]}}
                {"type":"assistant","parent_tool_use_id":"t1","message":{"content":[{"type":"text","text":"a subagent"}]}}
                {"type":"result","subtype":"success","is_error":false,"result":""}
                """);
        ResultLine line = report.told().result().orElseThrow();
        assertThat(line.result().text()).contains("I run it.");
        assertThat(line.answered()).isFalse();
        assertThat(report.told().insideTool()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'{\"a\":1}', true", "[], true", "0, true", "null, false"})
    void structured_output_is_any_value_but_null(String told, boolean there) {
        assertThat(line("\"structured_output\":" + told)
                        .result()
                        .structuredOutput()
                        .isPresent())
                .isEqualTo(there);
    }

    @Test
    void names_are_short() {
        ResultLine line = line("\"subtype\":\"" + "s".repeat(500) + "\",\"stop_reason\":{\"a\":1}");
        assertThat(line.subtype()).hasSize(100);
        assertThat(line.stopReason()).isEqualTo("{\"a\":1}");
        assertThat(line("\"stop_reason\":null").stopReason()).isEmpty();
    }

    @Test
    void a_line_with_nothing_in_it_is_read() {
        TaskResult result = line("\"x\":1").result();
        assertThat(result.text()).isEqualTo(Optional.empty());
        assertThat(result.permissionDenials()).isEqualTo("[]");
    }

    private static ResultLine line(String fields) {
        return ResultLine.of(
                Recordings.events("{\"type\":\"result\"," + fields + "}\n")
                        .getFirst()
                        .node(),
                "",
                "",
                false);
    }
}
