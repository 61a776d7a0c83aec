package org.claudecluster.worker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.api.http.Times;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.TaskPage.Listed;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A task as callers see it. Absent fields are left out; times are ISO 8601 in UTC with milliseconds. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Task")
public record TaskView(
        String taskId,

        @Schema(description = "Whose it is.") String tenant,

        @Schema(description = "The name of the key or token that it came with; absent where nobody was told apart.")
        @Nullable
        String submittedBy,

        @Schema(enumeration = {"pending", "running", "completed", "failed", "cancelled"})
        String status,

        String prompt,

        @Schema(description = "True in lists where the prompt is only its start.") @Nullable
        Boolean promptTruncated,

        @Nullable String workerId,
        boolean requireWorker,
        int priority,

        @JsonRawValue @Schema(implementation = Object.class) @Nullable
        String metadata,

        Map<String, String> labels,
        String createdAt,
        @Nullable String startedAt,
        @Nullable String finishedAt,
        int attempt,
        int maxAttempts,

        @Schema(description = "Where it is not the default.") @Nullable
        RetryView retry,

        long timeoutMs,
        @Nullable String notBefore,
        @Nullable String worker,
        @Nullable String executorType,

        @Schema(description = "True where the stub only made it look like a run; absent before the first claim.")
        @Nullable
        Boolean simulated,

        @Nullable String sessionId,

        @Schema(description = "Whether this attempt went on with the session of the one before.")
        boolean sessionResumed,

        boolean cancelRequested,

        @Schema(description = "Why a pending task waits for notBefore.") @Nullable
        ParkedView parked,

        ProgressView progress,

        @Schema(description = "What its processes took from the machine; live while the task runs on the worker asked.")
        @Nullable
        FootprintView footprint,

        @Schema(description = "The task whose session and directory this one goes on with.") @Nullable
        String continues,

        @Nullable WorkspaceView workspace,
        @Nullable ResultView result,
        @Nullable OutcomeView outcome,

        @Schema(description = "Every claim, the oldest first; only in GET /tasks/{id}.") @Nullable
        List<AttemptView> attempts,

        Links links) {

    public static TaskView of(Task task) {
        return of(new Listed(task, false, false));
    }

    /** In a list. */
    static TaskView of(Listed listed) {
        return of(listed, Optional.empty(), Optional.empty());
    }

    /** With the commit that its clone began with, where that is known, and with its line in the ledger. */
    static TaskView of(Task task, Optional<String> startCommit, List<Attempt> attempts) {
        return of(
                new Listed(task, false, false),
                startCommit,
                Optional.of(attempts.stream().map(AttemptView::of).toList()));
    }

    private static TaskView of(Listed listed, Optional<String> startCommit, Optional<List<AttemptView>> attempts) {
        Task task = listed.task();
        String self = "/tasks/" + task.id();
        return new TaskView(
                task.id().toString(),
                task.tenant().name(),
                task.submitter().name().orElse(null),
                task.status().wire(),
                task.spec().prompt(),
                listed.promptCut() ? true : null,
                task.spec().wantedWorker().orElse(null),
                task.spec().requireWorker(),
                task.spec().priority(),
                task.spec().metadata().orElse(null),
                task.spec().labels(),
                Times.wire(task.createdAt()),
                Times.wire(task.startedAt()),
                Times.wire(task.finishedAt()),
                task.attempt(),
                task.spec().maxAttempts(),
                RetryView.of(task.spec().retry()),
                task.spec().timeout().toMillis(),
                Times.wire(task.spec().notBefore()),
                task.worker().map(WorkerId::value).orElse(null),
                task.executorType().orElse(null),
                task.executorType().map(TaskView::isSimulated).orElse(null),
                task.sessionId().filter(_ -> ranAProgram(task)).orElse(null),
                task.resumed() && ranAProgram(task),
                task.cancelRequested(),
                task.parked().map(why -> ParkedView.of(task, why)).orElse(null),
                ProgressView.of(task.progress()),
                task.footprint().map(FootprintView::of).orElse(null),
                task.spec().continues().map(before -> before.task().toString()).orElse(null),
                WorkspaceView.of(task, startCommit),
                task.result()
                        .map(result -> ResultView.of(result, listed.resultCut()))
                        .orElse(null),
                task.outcome().map(outcome -> OutcomeView.of(task, outcome)).orElse(null),
                attempts.orElse(null),
                Links.of(task, self));
    }

    static Boolean isSimulated(String executor) {
        return ExecutorType.ofWire(executor).filter(ExecutorType::isSimulated).isPresent();
    }

    /** Only a program has sessions; the stub's would name nothing. */
    private static boolean ranAProgram(Task task) {
        return ExecutorType.ranAProgram(task.executorType());
    }

    /** Why it was sent back to wait. {@code times} and {@code since} count its waits for resets of usage limits. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Parked")
    public record ParkedView(
            String reason,
            String message,
            @Nullable Integer times,
            @Nullable String since) {
        static ParkedView of(Task task, Parked why) {
            boolean counted = task.parks().inARow() > 0;
            return new ParkedView(
                    why.reason().wire(),
                    why.message(),
                    counted ? (Integer) task.parks().inARow() : null,
                    counted ? Times.wire(task.parks().since()) : null);
        }
    }

    /** How far it has come. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ProgressView(long outputBytes, @Nullable String lastOutputAt, int turns) {
        static ProgressView of(Progress progress) {
            return new ProgressView(progress.outputBytes(), Times.wire(progress.lastOutputAt()), progress.turns());
        }
    }

    /** The task's use of the machine. */
    @Schema(name = "Footprint")
    public record FootprintView(long peakMemoryBytes, double cpuSeconds, int peakProcesses) {
        static FootprintView of(Footprint used) {
            return new FootprintView(used.peakMemoryBytes(), used.cpu().toMillis() / 1000.0, used.peakProcesses());
        }
    }

    /** The CLI's own report at its end. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ResultView(
            @Nullable String text,

            @Schema(description = "True in lists where the text is only its start, or what is JSON is left out.")
            @Nullable
            Boolean truncated,

            @Nullable String sessionId,
            int turns,
            BigDecimal costUsd,
            Usage usage,

            @JsonRawValue @Schema(implementation = Object[].class) @Nullable
            String permissionDenials,

            @JsonRawValue @Schema(implementation = Object.class) @Nullable
            String structuredOutput) {
        static ResultView of(TaskResult result, boolean cut) {
            return new ResultView(
                    result.text().orElse(null),
                    cut ? true : null,
                    result.sessionId().orElse(null),
                    result.turns(),
                    result.costUsd(),
                    result.usage(),
                    cut ? null : result.permissionDenials(),
                    result.structuredOutput().orElse(null));
        }
    }

    /** How it ended. {@code durationMs} counts from the start of the last attempt. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OutcomeView(
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable String reason,
            @Nullable String message,
            @Nullable Long durationMs) {
        static OutcomeView of(Task task, Outcome outcome) {
            Optional<Long> duration = task.startedAt()
                    .flatMap(start -> task.finishedAt().map(end -> Duration.between(start, end)))
                    .map(Duration::toMillis);
            return new OutcomeView(
                    outcome.ending() instanceof Ending.Exited(int code) ? (Integer) code : null,
                    outcome.ending() instanceof Ending.Signalled(int signal) ? (Integer) signal : null,
                    outcome.reason().map(Reason::wire).orElse(null),
                    outcome.message().orElse(null),
                    duration.orElse(null));
        }
    }

    /** Where to go next, relative to the worker's root. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Links(
            String self,
            String stream,
            String output,
            String events,
            String cancel,
            String interrupt,
            @JsonProperty("continue") String next,
            String artifacts,

            @Schema(description = "Where the workspace is a clone.") @Nullable
            String diff) {
        static Links of(Task task, String self) {
            return new Links(
                    self,
                    "/stream/" + task.id(),
                    self + "/output",
                    self + "/events",
                    self + "/cancel",
                    self + "/interrupt",
                    self + "/continue",
                    self + "/artifacts",
                    task.spec().git().isPresent() ? self + "/diff" : null);
        }
    }
}
