package org.claudecluster.worker.api;

import java.util.List;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.result.Reason;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** When another attempt is made. */
@Schema(name = "TaskRetry")
public record RetryView(List<String> on, BackoffView backoff) {
    static @Nullable RetryView of(Retry retry) {
        if (retry.equals(Retry.DEFAULT)) {
            return null;
        }
        return new RetryView(retry.on().stream().sorted().map(Reason::wire).toList(), BackoffView.of(retry.backoff()));
    }

    /** How long it waits before the next one. */
    @Schema(name = "TaskBackoff")
    public record BackoffView(long initialMs, long maxMs, double factor) {
        static BackoffView of(Backoff backoff) {
            return new BackoffView(backoff.initial().toMillis(), backoff.max().toMillis(), backoff.factor());
        }
    }
}
