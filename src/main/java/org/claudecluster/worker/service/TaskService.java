package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.InterruptAnswer;
import org.claudecluster.worker.task.store.QueueNotifier;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.claudecluster.worker.task.store.TaskPart;
import org.claudecluster.worker.task.store.TenantTasks;
import org.claudecluster.worker.task.store.Tenants;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.Transcripts;

/**
 * Does with tasks what callers may do with them, the same for every door. To a caller another tenant's task and none at
 * all are the same. Each method throws a {@link TaskProblem} for
 * what can't be done, and {@link org.claudecluster.worker.task.store.StoreException} where the store can't say.
 */
@ApplicationScoped
public class TaskService {

    private final Tenants tenants;
    private final TaskFinder finder;
    private final TaskSubmitter submitter;
    private final FollowUps followUps;
    private final OwnSessions ownSessions;
    private final Transcripts transcripts;
    private final QueueNotifier signals;

    TaskService(
            Tenants tenants,
            TaskFinder finder,
            TaskSubmitter submitter,
            FollowUps followUps,
            OwnSessions ownSessions,
            Transcripts transcripts,
            QueueNotifier signals) {
        this.tenants = tenants;
        this.finder = finder;
        this.submitter = submitter;
        this.followUps = followUps;
        this.ownSessions = ownSessions;
        this.transcripts = transcripts;
        this.signals = signals;
    }

    private TenantTasks tasks(Caller caller) {
        return tenants.tasks(caller.tenant());
    }

    /** Reads an id as callers write it; throws {@link TaskProblem.Code#NOT_FOUND} for what is none. */
    public static TaskId id(String text) {
        return TaskId.parse(text).orElseThrow(() -> TaskFinder.notFound(text));
    }

    /**
     * Makes the task that a submission asks for. A repetition is answered with its own task, also where a new one would
     * be refused.
     */
    public Submitted submit(Caller caller, Submission submission) {
        return submitter.submit(
                caller,
                submission.with(Submission.Wish.of(() ->
                        ownSessions.required(caller.tenant(), submission.wish().orThrow()))));
    }

    /** Makes a task that goes on in the session and the workspace of a final one. */
    public Submitted continueTask(Caller caller, TaskId earlier, Submission submission) {
        return submitter.submit(
                caller,
                submission.with(Submission.Wish.of(() -> followUps.following(
                        finder.find(caller.tenant(), earlier), submission.wish().orThrow()))));
    }

    /** The task as it is now. */
    public Task find(Caller caller, TaskId id) {
        return finder.find(caller.tenant(), id);
    }

    /** The task when it is final, or as it is when the wait is over. */
    public Task find(Caller caller, TaskId id, Duration wait) {
        return finder.find(caller.tenant(), id, wait);
    }

    /** What a task of the caller's prints that runs here, which need not be looked up; empty for all others. */
    public Optional<LiveTranscript> live(Caller caller, TaskId id) {
        return transcripts.live(caller.tenant(), id);
    }

    /** One page of the tasks that a filter lets through, newest first, with these parts whole. */
    public TaskPage list(Caller caller, TaskFilter filter, Set<TaskPart> whole) {
        TaskPage page = tasks(caller).list(filter, whole);
        List<TaskPage.Listed> now = page.tasks().stream()
                .map(listed -> new TaskPage.Listed(finder.fresh(listed.task()), listed.promptCut(), listed.resultCut()))
                .toList();
        return new TaskPage(now, page.next());
    }

    /** The attempts of a task, oldest first. */
    public List<Attempt> attempts(Caller caller, Task task) {
        return task.epoch() == 0 ? List.of() : tasks(caller).attempts(task.id());
    }

    /** Ends a task that waits; has one that runs ended. */
    public Stopped cancel(Caller caller, TaskId id) {
        CancelAnswer answer = tasks(caller).cancel(id);
        switch (answer) {
            case UNKNOWN -> throw TaskFinder.notFound(id.toString());
            case CANCELLED -> signals.finalised(id);
            case REQUESTED -> signals.cancelRequested(id);
            case ALREADY_FINAL -> {}
        }
        return stopped(caller, id, answer == CancelAnswer.REQUESTED);
    }

    /** Has a task that runs ended softly: the CLI ends its turn, and still reports usage and cost. */
    public Stopped interrupt(Caller caller, TaskId id) {
        InterruptAnswer answer = tasks(caller).interrupt(id);
        switch (answer) {
            case UNKNOWN -> throw TaskFinder.notFound(id.toString());
            case PENDING ->
                throw new TaskProblem(
                        TaskProblem.Code.NOT_RUNNING, "the task waits, nothing can be interrupted: cancel it instead");
            case REQUESTED -> signals.interruptRequested(id);
            case ALREADY_FINAL -> {}
        }
        return stopped(caller, id, answer == InterruptAnswer.REQUESTED);
    }

    private Stopped stopped(Caller caller, TaskId id, boolean runs) {
        Task task = finder.find(caller.tenant(), id);
        return runs ? new Stopped.Requested(task) : new Stopped.Final(task);
    }

    /** Removes a final task, its transcript and its workspace. */
    public void delete(Caller caller, TaskId id) {
        TaskId workspace = tasks(caller).find(id).map(Task::workspace).orElse(id);
        DeleteAnswer answer = tasks(caller).delete(id);
        switch (answer) {
            case UNKNOWN -> throw TaskFinder.notFound(id.toString());
            case NOT_FINAL ->
                throw new TaskProblem(
                        TaskProblem.Code.NOT_FINAL, "the task is still pending or running: cancel it first");
            case DELETED -> {
                transcripts.log().delete(id);
                signals.deleted(workspace);
            }
        }
    }
}
