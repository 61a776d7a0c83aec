package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;

/**
 * How the CLI's failures look. Neither the exit code nor {@code subtype} is enough alone: an API failure says
 * {@code subtype: success} with {@code is_error: true}, and an interrupted run exits 0.
 *
 * <p>Texts are matched only where the CLI gives no other sign; each place says which version prints it.
 */
final class Failures {

    private static final int EXIT_OK = 0;
    private static final int HTTP_UNAUTHORIZED = 401;
    private static final int HTTP_FORBIDDEN = 403;
    private static final int HTTP_TOO_MANY_REQUESTS = 429;
    private static final int HTTP_OVERLOADED = 529;

    private Failures() {}

    static Outcome judge(Ending ending, Optional<JsonNode> result, boolean sawEvent, String apiError, String lastText) {
        return result.map(line -> byResult(ending, line, apiError))
                .orElseGet(() -> sawEvent ? withoutResult(ending, apiError) : byEnding(ending, lastText));
    }

    private static Outcome byResult(Ending ending, JsonNode result, String apiError) {
        boolean told = result.path("subtype").asText().equals("success")
                && !result.path("is_error").asBoolean();
        if (told && ending.equals(new Ending.Exited(EXIT_OK))) {
            return new Outcome.Completed(ending, Optional.empty());
        }
        if (told) {
            return byEnding(ending, "the CLI reported success, but ended with an error");
        }
        return new Outcome.Failed(reason(result, apiError), message(result), ending);
    }

    private static Reason reason(JsonNode result, String apiError) {
        return switch (result.path("subtype").asText()) {
            case "error_max_turns" -> Reason.MAX_TURNS;
            case "error_max_budget_usd" -> Reason.BUDGET_EXCEEDED;
            default -> isUsageLimit(result) ? Reason.USAGE_LIMIT : byStatus(result, apiError);
        };
    }

    private static Reason byStatus(JsonNode result, String apiError) {
        return switch (result.path("api_error_status").asInt()) {
            case HTTP_UNAUTHORIZED, HTTP_FORBIDDEN -> Reason.AUTH_FAILED;
            case HTTP_TOO_MANY_REQUESTS -> Reason.RATE_LIMITED;
            case HTTP_OVERLOADED -> Reason.OVERLOADED;
            // No call was answered (not logged in, time-out), or 2.1.197 met a 529.
            case 0 -> byText(message(result), apiError);
            default -> Reason.API_ERROR;
        };
    }

    private static Reason byText(String message, String apiError) {
        if (message.startsWith("API Error: Repeated 529")) {
            return Reason.OVERLOADED;
        }
        // A workload's identity that the token endpoint does not take (2.1.197 and 2.1.330); 5xx is another matter.
        return message.startsWith("API Error: Token exchange failed with status 4")
                ? Reason.AUTH_FAILED
                : byApiError(apiError);
    }

    /** The words of the CLI's own failure lines; the same in 2.1.197 and 2.1.330. */
    private static Reason byApiError(String error) {
        return switch (error) {
            case "authentication_failed" -> Reason.AUTH_FAILED;
            case "rate_limit" -> Reason.RATE_LIMITED;
            case "overloaded" -> Reason.OVERLOADED;
            default -> Reason.API_ERROR;
        };
    }

    /** 2.1.330 has a code for it; before, only "You've hit your 5-hour limit · resets 2:01am (UTC)" tells. */
    private static boolean isUsageLimit(JsonNode result) {
        if (result.path("api_error").asText().equals("usage_limit_reached")) {
            return true;
        }
        String text = message(result);
        return result.path("is_error").asBoolean() && text.startsWith("You've hit your") && text.contains(" limit");
    }

    private static String message(JsonNode result) {
        if (result.path("result").isTextual() && !result.path("result").asText().isBlank()) {
            return result.path("result").asText();
        }
        if (result.path("errors").path(0).isTextual()) {
            return result.path("errors").path(0).asText();
        }
        return result.path("subtype").asText("no message");
    }

    private static Outcome withoutResult(Ending ending, String apiError) {
        return switch (ending) {
            case Ending.Exited(int code) ->
                new Outcome.Failed(
                        apiError.isEmpty() && code != EXIT_OK ? Reason.EXIT_NONZERO : byApiError(apiError),
                        "the CLI ended with exit code " + code + " and without a result",
                        ending);
            case Ending.Signalled _, Ending.NotStarted _ -> byEnding(ending, "");
        };
    }

    private static Outcome byEnding(Ending ending, String text) {
        return switch (ending) {
            case Ending.Exited(int code) when code == EXIT_OK -> new Outcome.Completed(ending, Optional.empty());
            case Ending.Exited(int code) ->
                new Outcome.Failed(Reason.EXIT_NONZERO, text.isEmpty() ? "exit code " + code : text, ending);
            case Ending.Signalled(int signal) ->
                new Outcome.Failed(Reason.KILLED_BY_SIGNAL, "ended by signal " + signal, ending);
            case Ending.NotStarted _ -> new Outcome.Failed(Reason.NEVER_STARTED, text, ending);
        };
    }
}
