package org.claudecluster.worker.api.guard;

/**
 * How many long answers are given at once.
 *
 * @param transcripts of {@code /output} and {@code /events}
 * @param workspaces of {@code /diff} and {@code /artifacts}
 */
public record AnswerLimits(int transcripts, int workspaces) {

    public AnswerLimits {
        if (transcripts < 1 || workspaces < 1) {
            throw new IllegalArgumentException("limits must be positive: %d, %d".formatted(transcripts, workspaces));
        }
    }
}
