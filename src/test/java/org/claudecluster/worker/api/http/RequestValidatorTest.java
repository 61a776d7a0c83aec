package org.claudecluster.worker.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.claudecluster.worker.api.SubmitRequest;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestValidatorTest {

    private static final RequestValidator SUBMIT = RequestValidator.of(SubmitRequest.class);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'prompt':'x'",
                "'prompt':'x','workerId':'w','priority':1,'timeoutMs':1000,'maxAttempts':10,'labels':{}",
                "'prompt':'x','priority':10,'timeoutMs':86400000,'labels':{'k':''},'workspace':{'git':{'depth':1}}",
                "'prompt':'x','claude':{}",
                "'prompt':'x','claude':{'model':'m','maxTurns':1,'maxBudgetUsd':0.01,'allowedTools':['Bash']}",
                "'prompt':'x','claude':{'settingSources':['user','project','local']}"
            })
    void what_is_within_bounds_is_fine(String body) {
        assertThat(violated(body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            'priority':5                                              | prompt                     | must have at least one character that is not white space
            'prompt':' '                                              | prompt                     | must have at least one character that is not white space
            'prompt':'x','workerId':''                                | workerId                   | must have 1 to 200 characters
            'prompt':'x','priority':0                                 | priority                   | must be 1 to 10, 10 is most urgent
            'prompt':'x','priority':11                                | priority                   | must be 1 to 10, 10 is most urgent
            'prompt':'x','timeoutMs':999                              | timeoutMs                  | must be 1000 to 86400000 (1 s to 24 h)
            'prompt':'x','timeoutMs':86400001                         | timeoutMs                  | must be 1000 to 86400000 (1 s to 24 h)
            'prompt':'x','labels':{'':'v'}                            | labels                     | must be names of 1 to 63 characters
            'prompt':'x','workspace':{'git':{'depth':0}}              | workspace.git.depth        | must be 1 to 1000000
            'prompt':'x','claude':{'model':''}                        | claude.model               | must have 1 to 200 characters
            'prompt':'x','priority':99999999999                       | priority                   | must be 1 to 10, 10 is most urgent
            'prompt':'x','timeoutMs':99999999999999999999             | timeoutMs                  | must be 1000 to 86400000 (1 s to 24 h)
            'prompt':'x','claude':{'maxBudgetUsd':0}                  | claude.maxBudgetUsd        | must be 0.000001 to 1000000 (US dollars), with at most 20 digits behind the point
            'prompt':'x','claude':{'maxBudgetUsd':1e999999999}        | claude.maxBudgetUsd        | must be 0.000001 to 1000000 (US dollars), with at most 20 digits behind the point
            'prompt':'x','claude':{'maxBudgetUsd':1e-999999999}       | claude.maxBudgetUsd        | must be 0.000001 to 1000000 (US dollars), with at most 20 digits behind the point
            'prompt':'x','claude':{'allowedTools':['Bash',' ']}       | claude.allowedTools[1]     | must not be blank
            'prompt':'x','claude':{'disallowedTools':[null]}          | claude.disallowedTools[0]  | must not be blank
            'prompt':'x','claude':{'settingSources':[]}               | claude.settingSources      | must be 1 to 3 entries
            'prompt':'x','claude':{'settingSources':['users']}        | claude.settingSources[0]   | must be user, project or local
            """)
    void what_is_not_is_named_by_its_path(String body, String field, String message) {
        assertThat(violated(body)).containsExactly(new FieldError(field, message));
    }

    @Test
    void texts_and_maps_have_a_largest_size() {
        assertThat(violated("'prompt':'x','labels':{'team':'%s'}".formatted("v".repeat(256))))
                .containsExactly(new FieldError("labels[team]", "must be values of at most 255 characters"));
        assertThat(violated("'prompt':'x','labels':{'%s':'v'}".formatted("k".repeat(64))))
                .containsExactly(
                        new FieldError("labels[" + "k".repeat(64) + "]", "must be names of 1 to 63 characters"));
        assertThat(violated("'prompt':'x','claude':{'allowedTools':['%s']}".formatted("t".repeat(501))))
                .containsExactly(new FieldError("claude.allowedTools[0]", "must be at most 500 characters"));
    }

    @Test
    void of_too_many_values_none_is_looked_at() {
        assertThat(violated("'prompt':'x','claude':{'allowedTools':[" + "'',".repeat(200) + "'']}"))
                .containsExactly(new FieldError("claude.allowedTools", "must be at most 200 entries"));
    }

    @Test
    void all_that_is_wrong_is_told_at_once() {
        assertThat(violated("'priority':0,'maxAttempts':11,'claude':{'maxTurns':0}"))
                .extracting(FieldError::field)
                .containsExactly("prompt", "priority", "maxAttempts", "claude.maxTurns");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                SubmitRequest.class,
                SubmitRequest.Retry.class,
                SubmitRequest.Backoff.class,
                SubmitRequest.Workspace.class,
                SubmitRequest.Git.class,
                SubmitRequest.Claude.class
            })
    void every_number_that_is_sent_has_two_ends_and_a_decimal_one_a_scale(Class<?> type) {
        assertThat(type.getRecordComponents())
                .filteredOn(part -> Number.class.isAssignableFrom(part.getType()))
                .allSatisfy(part -> assertThat(part.getAnnotatedType().getAnnotations())
                        .extracting(annotation -> (Object) annotation.annotationType())
                        .containsAll(
                                part.getType().equals(BigDecimal.class)
                                        ? List.of(DecimalMin.class, DecimalMax.class, Digits.class)
                                        : List.of(Min.class, Max.class)));
    }

    record Unknown(@Positive int number) {}

    @Test
    void a_constraint_without_a_rule_is_no_silent_gap() {
        RequestValidator unknown = RequestValidator.of(Unknown.class);
        assertThatThrownBy(() -> unknown.violated(new Unknown(1))).hasMessageContaining("Positive");
    }

    private static List<FieldError> violated(String fields) {
        String body = "{" + fields.replace('\'', '"') + "}";
        return SUBMIT.violated(
                StrictJson.bind(StrictJson.object(body.getBytes(StandardCharsets.UTF_8)), SubmitRequest.class));
    }
}
