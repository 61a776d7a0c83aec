package org.claudecluster.worker.task.result;

import java.util.Optional;

/** Tokens as the CLI counts them. */
public record Usage(long inputTokens, long outputTokens, long cacheReadTokens, long cacheCreationTokens) {

    public static final Usage NONE = new Usage(0, 0, 0, 0);

    public Usage {
        if (inputTokens < 0 || outputTokens < 0 || cacheReadTokens < 0 || cacheCreationTokens < 0) {
            throw new IllegalArgumentException("token counts can't be negative");
        }
    }

    /** All of them together; what is too much to count is as much as can be counted. */
    public long total() {
        return sum(sum(inputTokens, outputTokens), sum(cacheReadTokens, cacheCreationTokens));
    }

    /** The tokens of both. */
    public Usage plus(Usage more) {
        return new Usage(
                sum(inputTokens, more.inputTokens),
                sum(outputTokens, more.outputTokens),
                sum(cacheReadTokens, more.cacheReadTokens),
                sum(cacheCreationTokens, more.cacheCreationTokens));
    }

    /** What is left of these tokens without those; empty where those are more. */
    public Optional<Usage> without(Usage part) {
        return inputTokens < part.inputTokens
                        || outputTokens < part.outputTokens
                        || cacheReadTokens < part.cacheReadTokens
                        || cacheCreationTokens < part.cacheCreationTokens
                ? Optional.empty()
                : Optional.of(new Usage(
                        inputTokens - part.inputTokens,
                        outputTokens - part.outputTokens,
                        cacheReadTokens - part.cacheReadTokens,
                        cacheCreationTokens - part.cacheCreationTokens));
    }

    /** Of two counts; never more than a long can hold. */
    public static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
