package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Which tool calls have begun and not ended: a {@code tool_use} block of an assistant's message without the
 * {@code tool_result} of a user's (2.1.197 and 2.1.330). Not for use by two threads at once.
 */
public final class OpenTools {

    /** Far above what an agent starts at once; beyond it calls are not counted, so that nothing grows. */
    private static final int MOST = 1000;

    private final Set<String> open = new HashSet<>();

    /** Takes the next event; says whether any call is open now. */
    public boolean after(AgentEvent event) {
        JsonNode content = event.node().path("message").path("content");
        switch (event.type()) {
            case "assistant" -> content.forEach(this::begin);
            case "user" -> content.forEach(this::end);
            // The turn is over, whatever a call that was cut off left behind.
            case "result" -> open.clear();
            default -> {}
        }
        return !open.isEmpty();
    }

    private void begin(JsonNode block) {
        if (block.path("type").asText().equals("tool_use") && open.size() < MOST) {
            open.add(block.path("id").asText());
        }
    }

    private void end(JsonNode block) {
        if (block.path("type").asText().equals("tool_result")) {
            open.remove(block.path("tool_use_id").asText());
        }
    }
}
