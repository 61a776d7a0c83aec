package org.claudecluster.worker.apistub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.claudecluster.worker.apistub.Reply.Block;

/**
 * The JSON of the Messages API, whole and as stream events.
 *
 * @param number of the request: it makes the ids of this answer differ from those of any other
 */
record MessageShapes(long number, String model) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int INPUT_TOKENS = 100;
    private static final int CACHE_READ_TOKENS = 40;
    private static final int CACHE_CREATION_TOKENS = 20;
    private static final int JSON_PIECE = 200;

    ObjectNode whole(Reply.Message message) {
        ObjectNode whole = message(message.outputTokens()).put("stop_reason", message.stopReason());
        for (int i = 0; i < message.blocks().size(); i++) {
            whole.withArray("content").add(content(i, message.blocks().get(i)));
        }
        return whole;
    }

    /** What the answer's {@code usage} counts. */
    Charge charge(String account, Reply.Message message) {
        return new Charge(
                account, model, INPUT_TOKENS, message.outputTokens(), CACHE_READ_TOKENS, CACHE_CREATION_TOKENS);
    }

    ObjectNode error(Reply.ApiError error) {
        ObjectNode body = event("error");
        body.putObject("error").put("type", error.type()).put("message", error.message());
        return body.put("request_id", requestId());
    }

    String requestId() {
        return "req_stub_" + number;
    }

    ObjectNode start() {
        ObjectNode start = event("message_start");
        start.set("message", message(1));
        return start;
    }

    ObjectNode ping() {
        return event("ping");
    }

    ObjectNode blockStart(int index, Block block) {
        ObjectNode empty = switch (block) {
            case Block.Text text -> content(index, new Block.Text(List.of()));
            case Block.ToolUse call -> content(index, new Block.ToolUse(call.name(), NODES.objectNode()));
        };
        ObjectNode start = event("content_block_start").put("index", index);
        start.set("content_block", empty);
        return start;
    }

    List<ObjectNode> deltas(int index, Block block) {
        return switch (block) {
            case Block.Text text ->
                text.pieces().stream()
                        .map(piece -> delta(index, "text_delta", "text", piece))
                        .toList();
            case Block.ToolUse call ->
                Block.Text.of(call.input().toString(), JSON_PIECE).pieces().stream()
                        .map(piece -> delta(index, "input_json_delta", "partial_json", piece))
                        .toList();
        };
    }

    ObjectNode blockStop(int index) {
        return event("content_block_stop").put("index", index);
    }

    ObjectNode messageDelta(Reply.Message message) {
        ObjectNode delta = event("message_delta");
        delta.putObject("delta").put("stop_reason", message.stopReason()).putNull("stop_sequence");
        delta.set("usage", usage(message.outputTokens()));
        return delta;
    }

    ObjectNode stop() {
        return event("message_stop");
    }

    private ObjectNode message(int outputTokens) {
        ObjectNode message = event("message")
                .put("id", "msg_stub_" + number)
                .put("role", "assistant")
                .put("model", model);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence").set("usage", usage(outputTokens));
        return message;
    }

    private ObjectNode content(int index, Block block) {
        return switch (block) {
            case Block.Text text -> event("text").put("text", text.whole());
            case Block.ToolUse call ->
                event("tool_use")
                        .put("id", "toolu_stub_" + number + "_" + index)
                        .put("name", call.name())
                        .set("input", call.input());
        };
    }

    private static ObjectNode delta(int index, String type, String key, String piece) {
        ObjectNode delta = event("content_block_delta").put("index", index);
        delta.putObject("delta").put("type", type).put(key, piece);
        return delta;
    }

    private static ObjectNode usage(int outputTokens) {
        return NODES.objectNode()
                .put("input_tokens", INPUT_TOKENS)
                .put("cache_creation_input_tokens", CACHE_CREATION_TOKENS)
                .put("cache_read_input_tokens", CACHE_READ_TOKENS)
                .put("output_tokens", outputTokens)
                .put("service_tier", "standard");
    }

    private static ObjectNode event(String type) {
        return NODES.objectNode().put("type", type);
    }
}
