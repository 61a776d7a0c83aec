package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.claudecluster.worker.task.result.Reason;

/**
 * Classifies failures of the API: the first row of {@link #TABLE} that holds decides. Texts are matched only where the
 * CLI gives no other sign; each place says which version prints it.
 */
public final class Failures {

    static final int HTTP_UNAUTHORIZED = 401;
    static final int HTTP_PAYMENT_REQUIRED = 402;
    static final int HTTP_FORBIDDEN = 403;
    static final int HTTP_TOO_MANY_REQUESTS = 429;
    static final int HTTP_OVERLOADED = 529;

    /** The CLI's words (type {@code SDKAssistantMessageError}) for a credential that nobody is let in with. */
    private static final Set<String> NOT_LET_IN = Set.of(
            "authentication_failed",
            "oauth_org_not_allowed",
            "account_on_hold",
            "verification_required",
            "cloud_credential_error");

    /** The model's reasons to stop that leave an answer unfinished, told beside an error. */
    private static final Set<String> UNFINISHED = Set.of("max_tokens", "model_context_window_exceeded", "pause_turn");

    /** What a 403 says that is about what was asked for, and not about who asks. */
    private static final Pattern NOT_FOR_YOU =
            Pattern.compile("\\bmodels?\\b|permission_error|permission to use|no access|n[o']t have access");

    /** What it says when it is about who asks after all. */
    private static final Pattern NOT_YOU = Pattern.compile("revoked|expired|oauth|/login|on hold"
            + "|(organization|account|key|token) (is|has been) disabled|invalid (api |x-api-)?(key|token|bearer)");

    /** Above the longest of the CLI's own sentences. */
    private static final int LOOKED_AT = 4096;

    private Failures() {}

    /**
     * Holds the known facts of a failure.
     *
     * @param status of the API's answer; 0 where no call was answered, or 2.1.197 met a 529
     * @param code the CLI's {@code api_error} (2.1.330)
     * @param word the CLI's {@code error} beside its last own message
     * @param stopReason the model's
     * @param text what the CLI prints for people, in lower case
     */
    private record Failure(int status, String code, String word, String stopReason, String text) {

        boolean says(String part) {
            return text.contains(part);
        }

        boolean isUsageLimit() {
            // "You've hit your 5-hour limit · resets 2:01am (UTC)"; "You're out of extra usage".
            return code.equals("usage_limit_reached")
                    || (text.startsWith("you've hit your") && says(" limit"))
                    || text.startsWith("you're out of extra usage");
        }

        /** The one caller's model, say: the credential is good for others. */
        boolean isAboutWhatWasAsked() {
            boolean told =
                    NOT_FOR_YOU.matcher(text).find() && !NOT_YOU.matcher(text).find();
            return status == HTTP_FORBIDDEN
                    && !code.equals("provider_credentials")
                    && (told || word.equals("model_not_found"));
        }
    }

    /** One line of the table. */
    public record Row(String when, Reason then) {}

    private record Rule(String when, Predicate<Failure> holds, Reason then) {}

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "`api_error` is `usage_limit_reached`, or the text \"You've hit your … limit\", \"You're out of extra usage\"",
                    Failure::isUsageLimit,
                    Reason.USAGE_LIMIT),
            new Rule(
                    "status 402, `billing_error`, or the text \"credit balance is too low\"",
                    failure -> failure.status() == HTTP_PAYMENT_REQUIRED
                            || failure.word().equals("billing_error")
                            || failure.says("billing_error")
                            || failure.says("credit balance is too low"),
                    Reason.BILLING),
            new Rule(
                    "status 403 about what was asked for, such as one model",
                    Failure::isAboutWhatWasAsked,
                    Reason.API_ERROR),
            new Rule(
                    "status 401 or 403, or the text \"organization has been disabled\"",
                    failure -> failure.status() == HTTP_UNAUTHORIZED
                            || failure.status() == HTTP_FORBIDDEN
                            || failure.says("organization has been disabled"),
                    Reason.AUTH_FAILED),
            new Rule("status 429", failure -> failure.status() == HTTP_TOO_MANY_REQUESTS, Reason.RATE_LIMITED),
            new Rule("status 529", failure -> failure.status() == HTTP_OVERLOADED, Reason.OVERLOADED),
            new Rule("any other status", failure -> failure.status() != 0, Reason.API_ERROR),
            new Rule(
                    "no status, `overloaded`, or the text \"Repeated 529\"",
                    failure -> failure.word().equals("overloaded")
                            || failure.text().startsWith("api error: repeated 529"),
                    Reason.OVERLOADED),
            new Rule(
                    "no status, `authentication_failed` and its kin, or a token exchange that was refused (4xx)",
                    failure -> NOT_LET_IN.contains(failure.word())
                            // A workload's identity that the token endpoint does not take (2.1.197 and 2.1.330).
                            || failure.text().startsWith("api error: token exchange failed with status 4"),
                    Reason.AUTH_FAILED),
            new Rule("no status, `rate_limit`", failure -> failure.word().equals("rate_limit"), Reason.RATE_LIMITED),
            new Rule(
                    "no status, `max_output_tokens`, or a `stop_reason` that leaves an answer unfinished",
                    failure -> failure.word().equals("max_output_tokens") || UNFINISHED.contains(failure.stopReason()),
                    Reason.INCOMPLETE),
            new Rule("anything else", _ -> true, Reason.API_ERROR));

    /** The table as people read it; a test holds that docs/api.md has it. */
    public static final List<Row> TABLE =
            RULES.stream().map(rule -> new Row(rule.when(), rule.then())).toList();

    /** Of a result line that tells of a failure. */
    static Reason reason(JsonNode result, String word) {
        String told = result.path("result").asText("");
        String text = told.isBlank() ? result.path("errors").path(0).asText("") : told;
        return judge(new Failure(
                result.path("api_error_status").asInt(),
                result.path("api_error").asText(""),
                word,
                result.path("stop_reason").asText(""),
                text.substring(0, Math.min(LOOKED_AT, text.length())).toLowerCase(Locale.ROOT)));
    }

    /** Of a run that ended without a result, after the CLI had told of a failure in this word. */
    static Reason ofWord(String word) {
        return judge(new Failure(0, "", word, "", ""));
    }

    private static Reason judge(Failure failure) {
        return RULES.stream()
                .filter(rule -> rule.holds().test(failure))
                .map(Rule::then)
                .findFirst()
                .orElse(Reason.API_ERROR);
    }
}
