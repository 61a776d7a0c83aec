package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Usage;

/**
 * Reads what a {@code result} line tells of the cost: {@code total_cost_usd}, and in {@code modelUsage} the tokens of each
 * model. Both are the process's or the whole session's, by the version of the CLI ({@link CostReport}).
 */
final class CostLine {

    private CostLine() {}

    /** Empty where the line names no cost, or one that no run can have. */
    static Optional<CostReport> of(JsonNode line) {
        JsonNode told = line.path("total_cost_usd");
        return told.isNumber() && Double.isFinite(told.doubleValue())
                ? CostReport.micros(told.decimalValue()).map(micros -> CostReport.told(micros, tokens(line)))
                : Optional.empty();
    }

    private static Optional<Usage> tokens(JsonNode line) {
        JsonNode models = line.path("modelUsage");
        if (models.isEmpty()) {
            return Optional.empty();
        }
        Usage sum = Usage.NONE;
        for (JsonNode model : models) {
            sum = sum.plus(usage(model));
        }
        return Optional.of(sum);
    }

    private static Usage usage(JsonNode model) {
        return new Usage(
                count(model, "inputTokens"),
                count(model, "outputTokens"),
                count(model, "cacheReadInputTokens"),
                count(model, "cacheCreationInputTokens"));
    }

    private static long count(JsonNode model, String field) {
        return Math.max(0, model.path(field).asLong());
    }
}
