package org.claudecluster.worker.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.stream.LongStream;
import org.claudecluster.worker.api.SubmitRequest;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "5",
                "\"text\"",
                "[]",
                "{",
                "{}}",
                "{} {}",
                "{'a':1}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":\"\t\"}",
                "{\"a\":NaN}",
                "// c\n{}"
            })
    void what_is_not_one_json_object_is_malformed(String body) {
        assertThat(refused(body).code()).isEqualTo(Code.MALFORMED_BODY);
    }

    @Test
    void bytes_that_are_no_utf_8_are_malformed() {
        byte[] body = "{\"a\":\"?\"}".getBytes(UTF_8);
        body[6] = (byte) 0xff;
        assertThat(catchThrowableOfType(TaskProblem.class, () -> StrictJson.object(body))
                        .code())
                .isEqualTo(Code.MALFORMED_BODY);
    }

    @Test
    void endless_nesting_is_refused_and_not_an_error() {
        assertThat(refused("{\"a\":".repeat(100_000)).code()).isEqualTo(Code.INVALID_REQUEST);
    }

    @Test
    void the_place_of_the_mistake_is_told() {
        assertThat(refused("{\n  \"a\": oops}")).hasMessageContaining("line 2, column");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":"x\\u0000"}            | a
            {"a":{"b":["x","\\u0000"]}} | a.b[1]
            {"a":{"x":{"y":"\\u0000"}}}  | a.x.y
            {"a":"\\ud800"}             | a
            {"a":["\\udc00x"]}          | a[0]
            """)
    void text_that_nothing_behind_can_hold_is_refused_by_its_place(String body, String field) {
        assertThat(refused(body).errors())
                .singleElement()
                .satisfies(error -> assertThat(error.field()).isEqualTo(field));
    }

    @Test
    void a_whole_surrogate_pair_is_a_character() {
        assertThat(StrictJson.object("{\"a\":\"\\ud83d\\ude00\"}".getBytes(UTF_8))
                        .path("a")
                        .asText())
                .isEqualTo("😀");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"prompt":5}                                | prompt               | must be a string
            {"prompt":true}                             | prompt               | must be a string
            {"prompt":["x"]}                            | prompt               | must be a string
            {"prompt":{}}                               | prompt               | must be a string
            {"priority":"5"}                            | priority             | must be a whole number
            {"priority":1.5}                            | priority             | must be a whole number
            {"priority":true}                           | priority             | must be a whole number
            {"priority":1e1}                            | priority             | must be a whole number
            {"priority":1e999999999}                    | priority             | must be a whole number
            {"timeoutMs":[]}                            | timeoutMs            | must be a whole number
            {"requireWorker":"true"}                    | requireWorker        | must be true or false
            {"requireWorker":1}                         | requireWorker        | must be true or false
            {"labels":[]}                               | labels               | must be an object
            {"labels":{"a":1}}                          | labels.a             | must be a string
            {"claude":"x"}                              | claude               | must be an object
            {"claude":[]}                               | claude               | must be an object
            {"claude":{"maxBudgetUsd":"1"}}             | claude.maxBudgetUsd  | must be a number
            {"claude":{"allowedTools":"Read"}}          | claude.allowedTools  | must be an array
            {"claude":{"allowedTools":["Read",{}]}}     | claude.allowedTools[1] | must be a string
            """)
    void a_value_of_the_wrong_type_is_named_with_what_it_must_be(String body, String field, String message) {
        assertThat(unbound(body).errors()).containsExactly(new TaskProblem.FieldError(field, message));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"promt":"x"}          | promt
            {"claude":{"modle":1}} | claude.modle
            """)
    void an_unknown_field_is_named_with_the_known_ones(String body, String field) {
        TaskProblem problem = unbound(body);
        assertThat(problem.errors()).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo(field);
            assertThat(error.message())
                    .startsWith("is not a known field; known are: ")
                    .contains(", ");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"priority":99999999999}            | 2147483647
            {"priority":-99999999999999999999}  | -2147483648
            {"priority":7}                      | 7
            """)
    void a_whole_number_of_any_size_is_left_to_its_bound(String body, int priority) {
        assertThat(bound(body).priority()).isEqualTo(priority);
    }

    @Test
    void what_goes_beyond_a_body_is_named_by_its_place() {
        assertThat(unfit("{'a':" + "[".repeat(200) + "]".repeat(200) + "}")).startsWith("a[0][0]");
        assertThat(unfit("{'a':{'" + "n".repeat(1001) + "':1}}")).isEqualTo("a");
        assertThat(unfit("{'a':[1,2," + "9".repeat(401) + "]}")).isEqualTo("a[2]");
        assertThat(unfit("{'a':{'b':[" + "0,".repeat(150_000) + "0]}}")).startsWith("a.b[14");
        assertThat(unfit("{'a':[1e99999999999]}")).isEqualTo("a[0]");
    }

    @Test
    void what_is_just_within_is_read() {
        String deep = "{'a':" + "[".repeat(199) + "]".repeat(199) + ",";
        String body = deep + "'" + "n".repeat(1000) + "':" + "9".repeat(400) + ",'b':[" + "0,".repeat(140_000) + "0]}";
        assertThat(StrictJson.object(utf8(body)).path("b").size()).isEqualTo(140_001);
    }

    /** The path of each zero, were it rendered, has 180,000 characters, and the work would be a hundred times as much. */
    @Test
    void the_work_is_linear_in_the_body() {
        String zeros = "[" + "0,".repeat(140_000) + "0]";
        byte[] flat = utf8("{'metadata':" + zeros + "}");
        byte[] deep = utf8("{'metadata':" + ("{'" + "n".repeat(1000) + "':").repeat(180) + zeros + "}".repeat(181));

        assertThat(leastWork(deep)).isLessThan(15 * leastWork(flat));
    }

    /** CPU time of this thread, which a busy machine does not lengthen by much. */
    private static long leastWork(byte[] body) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return LongStream.generate(() -> {
                    long before = threads.getCurrentThreadCpuTime();
                    assertThat(StrictJson.object(body).isObject()).isTrue();
                    return threads.getCurrentThreadCpuTime() - before;
                })
                .limit(5)
                .min()
                .orElseThrow();
    }

    @Test
    void an_answer_is_not_as_long_as_what_it_refuses() {
        String names = ("{'" + "n".repeat(1000) + "':").repeat(180);
        TaskProblem deep = refused(json("{'metadata':" + names + "'\\u0000'" + "}".repeat(181)));
        assertThat(deep.errors())
                .singleElement()
                .satisfies(error ->
                        assertThat(error.field()).startsWith("metadata.nnn").hasSizeLessThan(300));
        assertThat(deep.getMessage()).hasSizeLessThan(500);
    }

    @Test
    void a_body_that_is_right_is_bound() {
        SubmitRequest request = StrictJson.bind(
                StrictJson.object("{\"prompt\":\"x\",\"priority\":null,\"metadata\":{\"a\":[1]}}".getBytes(UTF_8)),
                SubmitRequest.class);
        assertThat(request.prompt()).isEqualTo("x");
        assertThat(request.priority()).isNull();
        assertThat(request.metadata()).hasToString("{\"a\":[1]}");
    }

    private static String unfit(String body) {
        TaskProblem problem = refused(json(body));
        assertThat(problem.code()).isEqualTo(Code.INVALID_REQUEST);
        return problem.errors().getFirst().field();
    }

    private static SubmitRequest bound(String body) {
        return StrictJson.bind(StrictJson.object(body.getBytes(UTF_8)), SubmitRequest.class);
    }

    private static byte[] utf8(String inSingleQuotes) {
        return json(inSingleQuotes).getBytes(UTF_8);
    }

    private static String json(String inSingleQuotes) {
        return inSingleQuotes.replace('\'', '"');
    }

    private static TaskProblem refused(String body) {
        return catchThrowableOfType(TaskProblem.class, () -> StrictJson.object(body.getBytes(UTF_8)));
    }

    private static TaskProblem unbound(String body) {
        return catchThrowableOfType(
                TaskProblem.class, () -> StrictJson.bind(StrictJson.object(body.getBytes(UTF_8)), SubmitRequest.class));
    }
}
