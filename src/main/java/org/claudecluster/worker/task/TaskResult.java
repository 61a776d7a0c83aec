package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What the CLI's last {@code result} line said.
 *
 * @param text the answer; empty when the run failed before one
 * @param turns the CLI's {@code num_turns}
 * @param costUsd the CLI's {@code total_cost_usd}, in US dollars
 * @param permissionDenials a JSON array as the CLI printed it: denied tools do not fail a run, only this tells
 * @param structuredOutput a JSON value, present when a JSON schema was asked for and met
 */
public record TaskResult(
        Optional<String> text,
        Optional<String> sessionId,
        int turns,
        BigDecimal costUsd,
        Usage usage,
        String permissionDenials,
        Optional<String> structuredOutput) {

    public TaskResult {
        requireNonNull(text, "text");
        requireNonNull(sessionId, "sessionId");
        requireNonNull(costUsd, "costUsd");
        requireNonNull(usage, "usage");
        requireNonNull(permissionDenials, "permissionDenials");
        requireNonNull(structuredOutput, "structuredOutput");
        if (turns < 0) {
            throw new IllegalArgumentException("turns can't be negative: " + turns);
        }
    }

    /** The same result with the start of its text only, and without the JSON, which can't be cut. */
    public TaskResult shortened(int maxText) {
        return new TaskResult(
                text.map(all -> Cut.start(all, maxText)), sessionId, turns, costUsd, usage, "[]", Optional.empty());
    }
}
