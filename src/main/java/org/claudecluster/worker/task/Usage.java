package org.claudecluster.worker.task;

/** Tokens as the CLI's result line counts them. */
public record Usage(long inputTokens, long outputTokens, long cacheReadTokens, long cacheCreationTokens) {

    public static final Usage NONE = new Usage(0, 0, 0, 0);

    public Usage {
        if (inputTokens < 0 || outputTokens < 0 || cacheReadTokens < 0 || cacheCreationTokens < 0) {
            throw new IllegalArgumentException("token counts can't be negative");
        }
    }
}
