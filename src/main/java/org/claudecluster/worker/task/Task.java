package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A task as its store knows it at one moment.
 *
 * @param attempt how often it was claimed so far; counted at the claim
 * @param worker the worker that runs it, or ran it when it ended; none while it waits
 * @param executorType {@code stub} or {@code pty}, once it was started
 * @param sessionId the CLI's session, chosen by us and stored before the start
 */
public record Task(
        TaskId id,
        TaskSpec spec,
        TaskStatus status,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        int attempt,
        long epoch,
        Optional<WorkerId> worker,
        Optional<String> executorType,
        Optional<String> sessionId,
        boolean cancelRequested,
        Progress progress,
        Optional<TaskResult> result,
        Optional<Outcome> outcome) {

    public Task {
        requireNonNull(id, "id");
        requireNonNull(spec, "spec");
        requireNonNull(createdAt, "createdAt");
        requireNonNull(startedAt, "startedAt");
        requireNonNull(finishedAt, "finishedAt");
        requireNonNull(worker, "worker");
        requireNonNull(executorType, "executorType");
        requireNonNull(sessionId, "sessionId");
        requireNonNull(progress, "progress");
        requireNonNull(result, "result");
        if (status.isFinal() != outcome.isPresent()) {
            throw new IllegalArgumentException("a task has an outcome when it is final, and only then: " + status);
        }
    }

    /** The lease under which this snapshot was claimed. Throws {@link IllegalStateException} when nobody runs it. */
    public Lease lease() {
        return new Lease(id, worker.orElseThrow(() -> new IllegalStateException("not claimed: " + id)), epoch);
    }

    /** A task that waits for its first run. */
    public static Task enqueued(TaskId id, TaskSpec spec, Instant createdAt) {
        return new Task(
                id,
                spec,
                TaskStatus.PENDING,
                createdAt,
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Progress.NONE,
                Optional.empty(),
                Optional.empty());
    }

    /**
     * The same task in the hands of a worker. The CLI's session is chosen here, so that it is stored before the CLI
     * is started: the caller's when one is to be resumed, else a new one for each attempt.
     */
    public Task claimed(Claimant by, Instant at) {
        UUID session = spec.claude().resumeSessionId().orElseGet(UUID::randomUUID);
        return new Task(
                id,
                spec,
                TaskStatus.RUNNING,
                createdAt,
                Optional.of(at),
                Optional.empty(),
                attempt + 1,
                epoch + 1,
                Optional.of(by.id()),
                Optional.of(by.executorType()),
                Optional.of(session.toString()),
                false,
                Progress.NONE,
                Optional.empty(),
                Optional.empty());
    }

    /** The same task with what its worker knows better than the store. */
    public Task withProgress(Progress newer) {
        return new Task(
                id,
                spec,
                status,
                createdAt,
                startedAt,
                finishedAt,
                attempt,
                epoch,
                worker,
                executorType,
                sessionId,
                cancelRequested,
                newer,
                result,
                outcome);
    }
}
