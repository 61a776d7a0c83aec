package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A task as its store knows it at one moment.
 *
 * @param attempt how often it was claimed so far; counted at the claim
 * @param worker the worker that runs it or ran it last
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
