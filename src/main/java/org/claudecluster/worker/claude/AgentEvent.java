package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of the CLI's stream-json: an object with a {@code type}, often with a {@code subtype}. Unknown types are
 * kept, since every version adds some.
 *
 * @param json the line as it was printed, without the line end
 */
public record AgentEvent(byte[] json, JsonNode node) {

    /** The year 2286; whatever lies behind is no count of seconds. */
    private static final long FAR_AWAY = 10_000_000_000L;

    /** The CLI's {@code type}, such as {@code system}, {@code assistant}, {@code user} or {@code result}. */
    public String type() {
        return node.path("type").asText();
    }

    public String subtype() {
        return node.path("subtype").asText();
    }

    public boolean isResult() {
        return type().equals("result");
    }

    /** Whether the agent itself tells it, and none of its subagents. */
    public boolean isOfMain() {
        return !node.path("parent_tool_use_id").isTextual();
    }

    /** The id of the assistant's message, which several lines share; empty for other types. */
    public String messageId() {
        return type().equals("assistant") ? node.path("message").path("id").asText() : "";
    }

    /**
     * The CLI's word for a failure of the API, such as {@code authentication_failed}, {@code rate_limit} or
     * {@code overloaded}: in {@code system/api_retry} lines, and beside the message which the CLI itself writes (model
     * {@code <synthetic>}) when it gives up.
     */
    public Optional<String> apiError() {
        boolean told = subtype().equals("api_retry")
                || node.path("message").path("model").asText().equals("<synthetic>");
        return told && node.path("error").isTextual()
                ? Optional.of(node.path("error").asText())
                : Optional.empty();
    }

    /**
     * When a usage limit that was met ends: in a {@code rate_limit_event} that says {@code rejected} (2.1.330 with an
     * OAuth token), and beside the message with which the CLI gives up.
     */
    public Optional<Instant> limitReset() {
        JsonNode told = type().equals("rate_limit_event")
                ? node.path("rate_limit_info")
                : node.path("api_error_params").path("rate_limit_info");
        boolean met = told.path("status").asText().equals("rejected");
        return met && told.path("resetsAt").isIntegralNumber()
                ? epochSecond(told.path("resetsAt").asLong())
                : Optional.empty();
    }

    private static Optional<Instant> epochSecond(long seconds) {
        return seconds > 0 && seconds < FAR_AWAY ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
    }

    @Override
    public String toString() {
        return "AgentEvent[" + type() + " " + subtype() + "]";
    }
}
