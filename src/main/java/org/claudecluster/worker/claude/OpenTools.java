package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/**
 * Which tool calls have begun and not ended: a {@code tool_use} block of an assistant's message without the
 * {@code tool_result} of a user's (2.1.197 and 2.1.330). Not for use by two threads at once.
 */
public final class OpenTools {

    /** Far above what an agent starts at once; beyond it calls are not counted, so that nothing grows. */
    private static final int MOST = 1000;

    /** Each call's id, and whether the agent itself has made it. */
    private final Map<String, Boolean> open = new HashMap<>();

    /** Whether the agent's own turn, the last that ended, ended inside a call. */
    private boolean leftOpen;

    /** Takes the next event; says whether any call is open now. */
    public boolean after(AgentEvent event) {
        JsonNode content = event.node().path("message").path("content");
        switch (event.type()) {
            case "assistant" -> content.forEach(block -> begin(block, event.isOfMain()));
            case "user" -> content.forEach(this::end);
            // The turn is over, whatever a call that was cut off left behind.
            case "result" -> {
                leftOpen = open.containsValue(true);
                open.clear();
            }
            default -> {}
        }
        return !open.isEmpty();
    }

    /** Whether the last turn was told to be over while a call of the agent itself was open. */
    boolean leftOpen() {
        return leftOpen;
    }

    private void begin(JsonNode block, boolean ofMain) {
        if (block.path("type").asText().equals("tool_use") && open.size() < MOST) {
            open.put(block.path("id").asText(), ofMain);
        }
    }

    private void end(JsonNode block) {
        if (block.path("type").asText().equals("tool_result")) {
            open.remove(block.path("tool_use_id").asText());
        }
    }
}
