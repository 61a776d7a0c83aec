package org.claudecluster.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.claudecluster.worker.task.TaskProblem;
import org.claudecluster.worker.task.TaskProblem.Code;
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
    void endless_nesting_is_malformed_and_not_an_error() {
        assertThat(refused("{\"a\":".repeat(100_000)).code()).isEqualTo(Code.MALFORMED_BODY);
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
            {"priority":99999999999}                    | priority             | is out of range
            {"timeoutMs":99999999999999999999}          | timeoutMs            | is out of range
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

    @Test
    void a_body_that_is_right_is_bound() {
        SubmitRequest request = StrictJson.bind(
                StrictJson.object("{\"prompt\":\"x\",\"priority\":null,\"metadata\":{\"a\":[1]}}".getBytes(UTF_8)),
                SubmitRequest.class);
        assertThat(request.prompt()).isEqualTo("x");
        assertThat(request.priority()).isNull();
        assertThat(request.metadata()).hasToString("{\"a\":[1]}");
    }

    private static TaskProblem refused(String body) {
        return catchThrowableOfType(TaskProblem.class, () -> StrictJson.object(body.getBytes(UTF_8)));
    }

    private static TaskProblem unbound(String body) {
        return catchThrowableOfType(
                TaskProblem.class, () -> StrictJson.bind(StrictJson.object(body.getBytes(UTF_8)), SubmitRequest.class));
    }
}
