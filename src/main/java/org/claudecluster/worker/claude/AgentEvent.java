package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One line of the CLI's stream-json: an object with a {@code type}, often with a {@code subtype}. Unknown types are
 * kept, since every version adds some.
 *
 * @param json the line as it was printed, without the line end
 */
public record AgentEvent(byte[] json, JsonNode node) {

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

    /** The id of the assistant's message, which several lines share; empty for other types. */
    public String messageId() {
        return type().equals("assistant") ? node.path("message").path("id").asText() : "";
    }

    @Override
    public String toString() {
        return "AgentEvent[" + type() + " " + subtype() + "]";
    }
}
