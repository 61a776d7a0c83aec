package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;

/**
 * A task as its store knows it at one moment.
 *
 * @param submitter whose it is, and who asked for it
 * @param attempt how often it was claimed so far; counted at the claim
 * @param worker the worker that runs it, or ran it when it ended; none while it waits
 * @param executorType {@code stub} or {@code pty}, once it was started
 * @param sessionId the CLI's session, chosen by us and stored before the start; kept when a lost attempt is repeated
 * @param resumed whether the last attempt went on with the session of the one before
 * @param home the data directory, by its id, in which the last run left its workspace and session
 * @param parked why it was sent back to wait, until it is claimed again
 * @param parks how it has waited for usage limits so far
 * @param transcriptGone whether retention has removed what it printed
 * @param completeId number of its complete event, where whoever ended it knew its last record
 */
public record Task(
        TaskId id,
        Submitter submitter,
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
        boolean resumed,
        Optional<String> home,
        boolean cancelRequested,
        Optional<Parked> parked,
        Parks parks,
        boolean transcriptGone,
        Optional<Long> completeId,
        Progress progress,
        Optional<Footprint> footprint,
        Optional<TaskResult> result,
        Optional<Outcome> outcome) {

    public Task {
        requireNonNull(id, "id");
        requireNonNull(submitter, "submitter");
        requireNonNull(spec, "spec");
        requireNonNull(createdAt, "createdAt");
        requireNonNull(startedAt, "startedAt");
        requireNonNull(finishedAt, "finishedAt");
        requireNonNull(worker, "worker");
        requireNonNull(executorType, "executorType");
        requireNonNull(sessionId, "sessionId");
        requireNonNull(home, "home");
        requireNonNull(parked, "parked");
        requireNonNull(completeId, "completeId");
        requireNonNull(parks, "parks");
        requireNonNull(footprint, "footprint");
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

    /** Whose it is. */
    public Tenant tenant() {
        return submitter.tenant();
    }

    /** The task whose directory this one works in: itself, unless it continues another. */
    public TaskId workspace() {
        return spec.continues().map(Continuation::workspace).orElse(id);
    }

    /** Number of the event that tells its outcome, the same on every replica; above that of every record. */
    public long lastEventId() {
        return completeId.orElse(EventIds.last(epoch));
    }

    /** A task that waits for its first run. */
    public static Task enqueued(TaskId id, Submitter submitter, TaskSpec spec, Instant createdAt) {
        return new Task(
                id,
                submitter,
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
                Optional.empty(),
                false,
                Optional.empty(),
                Parks.NONE,
                false,
                Optional.empty(),
                Progress.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * The same task in the hands of a worker. The CLI's session is chosen here, so that it is stored before the CLI
     * is started: that of the attempt before where the claimant has its files and its directory, else the caller's when one is to
     * be resumed, else a new one.
     */
    public Task claimed(Claimant by, Instant at) {
        Optional<UUID> earlier =
                sessionId.map(UUID::fromString).filter(id -> by.sessions().canGoOn(this, id));
        UUID session = earlier.or(() -> spec.claude().resumeSessionId()).orElseGet(UUID::randomUUID);
        return new Task(
                id,
                submitter,
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
                earlier.isPresent(),
                by.home(),
                false,
                Optional.empty(),
                parks,
                false,
                Optional.empty(),
                Progress.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same task with what its worker knows better than the store. */
    public Task withProgress(Progress newer, Optional<Footprint> used) {
        return with(newer, used, result);
    }

    /** The same task with another of its result. */
    public Task withResult(Optional<TaskResult> other) {
        return with(progress, footprint, other);
    }

    private Task with(Progress newer, Optional<Footprint> used, Optional<TaskResult> other) {
        return new Task(
                id,
                submitter,
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
                resumed,
                home,
                cancelRequested,
                parked,
                parks,
                transcriptGone,
                completeId,
                newer,
                used,
                other,
                outcome);
    }
}
