package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Optional;
import org.claudecluster.worker.task.TaskResult;
import org.claudecluster.worker.task.Usage;

/**
 * Reads the CLI's {@code result} line (2.1.197 and 2.1.330: the same fields in another order). Every field is optional
 * here, since error results leave some out.
 */
final class ResultLine {

    private ResultLine() {}

    static TaskResult toResult(JsonNode line) {
        JsonNode usage = line.path("usage");
        JsonNode denials = line.path("permission_denials");
        return new TaskResult(
                text(line.path("result")),
                text(line.path("session_id")),
                Math.max(0, line.path("num_turns").asInt()),
                line.path("total_cost_usd").isNumber()
                        ? line.path("total_cost_usd").decimalValue()
                        : BigDecimal.ZERO,
                new Usage(
                        count(usage.path("input_tokens")),
                        count(usage.path("output_tokens")),
                        count(usage.path("cache_read_input_tokens")),
                        count(usage.path("cache_creation_input_tokens"))),
                denials.isArray() ? denials.toString() : "[]",
                line.has("structured_output")
                        ? Optional.of(line.path("structured_output").toString())
                        : Optional.empty());
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    private static long count(JsonNode node) {
        return Math.max(0, node.asLong());
    }
}
