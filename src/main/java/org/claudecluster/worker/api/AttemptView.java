package org.claudecluster.worker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.Optional;
import org.claudecluster.worker.api.http.Times;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** One claim of a task as callers see it. Unknown fields are left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Attempt")
public record AttemptView(
        @Schema(description = "Two have the same number where the first did not count.")
        int attempt,

        String worker,
        @Nullable String executorType,
        @Nullable Boolean simulated,
        String startedAt,
        @Nullable String endedAt,

        @Schema(
                description = "Absent while it runs.",
                enumeration = {"completed", "failed", "cancelled", "lost", "parked", "given_back", "retried"})
        @Nullable
        String ending,

        @Nullable String reason,
        @Nullable String message,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable String sessionId,
        boolean sessionResumed,

        @Schema(description = "Its own part of what the CLI told.") @Nullable
        BigDecimal costUsd,

        @Nullable Usage usage,
        TaskView.@Nullable FootprintView footprint,
        long firstEventId,
        @Nullable Long lastEventId) {

    static AttemptView of(Attempt attempt) {
        boolean ranAProgram = ExecutorType.ranAProgram(attempt.executorType());
        Optional<AttemptEnd> end = attempt.ended().map(Attempt.Ended::how);
        Account account = end.map(AttemptEnd::account).orElse(Account.NONE);
        return new AttemptView(
                attempt.number(),
                attempt.lease().holder().value(),
                attempt.executorType().orElse(null),
                attempt.executorType().map(TaskView::isSimulated).orElse(null),
                Times.wire(attempt.startedAt()),
                Times.wire(attempt.ended().map(Attempt.Ended::at)),
                end.map(how -> how.kind().wire()).orElse(null),
                end.flatMap(AttemptEnd::reason).orElse(null),
                end.flatMap(AttemptEnd::message).orElse(null),
                account.ending() instanceof Ending.Exited(int code) ? (Integer) code : null,
                account.ending() instanceof Ending.Signalled(int signal) ? (Integer) signal : null,
                attempt.sessionId().filter(_ -> ranAProgram).orElse(null),
                attempt.resumed() && ranAProgram,
                account.spent().micros().map(CostReport::usd).orElse(null),
                account.spent().usage().orElse(null),
                account.footprint().map(TaskView.FootprintView::of).orElse(null),
                EventIds.first(attempt.lease().epoch()),
                account.lastEventId().orElse(null));
    }
}
