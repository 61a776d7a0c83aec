package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.claudecluster.worker.task.result.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400  |                       | Credit balance is too low                                          | BILLING
            400  |                       | API Error: 400 Your credit balance is too low to access the API    | BILLING
            0    | billing_error         | No.                                                                | BILLING
            403  | billing_error         | No.                                                                | BILLING
            402  |                       | API Error: 402 pay                                                 | BILLING
            400  |                       | API Error: 400 {"type":"error","error":{"type":"billing_error"}}   | BILLING
            400  |                       | API Error: 400 This organization has been disabled.                | AUTH_FAILED
            400  |                       | API Error: 400 bad                                                 | API_ERROR
            403  | authentication_failed | Failed to authenticate. API Error: 403 no                          | AUTH_FAILED
            403  | authentication_failed | Failed to authenticate. API Error: 403 You have no access to the model x | API_ERROR
            403  | authentication_failed | Failed to authenticate. API Error: 403 Your API key does not have permission to use the specified resource. | API_ERROR
            403  | authentication_failed | Failed to authenticate. API Error: 403 {"error":{"type":"permission_error","message":"claude-x"}} | API_ERROR
            403  | authentication_failed | API Error: 403 {"error":{"type":"permission_error","message":"OAuth token has been revoked."}} | AUTH_FAILED
            403  | model_not_found       | No.                                                                | API_ERROR
            0    | oauth_org_not_allowed | No.                                                                | AUTH_FAILED
            0    | account_on_hold       | No.                                                                | AUTH_FAILED
            0    | max_output_tokens     | API Error: the answer is longer than 32000 tokens                  | INCOMPLETE
            0    | invalid_request       | No.                                                                | API_ERROR
            0    |                       | You're out of extra usage · resets 3pm (UTC)                       | USAGE_LIMIT
            429  |                       | You've hit your session limit · resets 3pm (UTC)                   | USAGE_LIMIT
            """)
    void a_failure_of_the_api_is_told_by_its_status_its_word_or_its_text(
            int status, String word, String text, Reason reason) {
        assertThat(Failures.reason(line(status, text), word == null ? "" : word))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "billing_error, BILLING",
        "authentication_failed, AUTH_FAILED",
        "rate_limit, RATE_LIMITED",
        "overloaded, OVERLOADED",
        "of_next_year, API_ERROR"
    })
    void without_a_result_its_word_tells(String word, Reason reason) {
        assertThat(Failures.ofWord(word)).isEqualTo(reason);
    }

    private static ObjectNode line(int status, String text) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("subtype", "success")
                .put("is_error", true)
                .put("api_error_status", status)
                .put("result", text);
    }
}
