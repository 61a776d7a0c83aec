package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Worker;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.Intake;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.task.store.Tenants;

/** Makes tasks of submissions, each at most once. */
@ApplicationScoped
class TaskSubmitter {

    private final Tenants tenants;
    private final TaskFinder finder;
    private final Streaming streaming;
    private final Admission admission;
    private final Intake intake;
    private final Worker worker;
    private final TaskObserver observer;
    private final InstantSource clock;

    TaskSubmitter(
            Tenants tenants,
            TaskFinder finder,
            Streaming streaming,
            Admission admission,
            Intake intake,
            Worker worker,
            TaskObserver observer,
            InstantSource clock) {
        this.tenants = tenants;
        this.finder = finder;
        this.streaming = streaming;
        this.admission = admission;
        this.intake = intake;
        this.worker = worker;
        this.observer = observer;
        this.clock = clock;
    }

    /**
     * Answers with the task that comes of a submission. A repetition is answered with its own task, also where a new one
     * would be refused: by a worker that drains or is full, or since that very task is what is in the way.
     */
    Submitted submit(Caller caller, Submission asked) {
        try {
            return make(caller, asked.wish().orThrow(), asked);
        } catch (TaskProblem refused) {
            Task before = asked.idempotency()
                    .flatMap(tenants.tasks(caller.tenant())::submittedUnder)
                    .orElseThrow(() -> refused);
            return repeated(before, asked.patience());
        }
    }

    /** Without a place for who waits it is told as it is. */
    private Submitted repeated(Task before, Duration patience) {
        try (Streaming.Place _ = place(patience)) {
            return answer(before, patience);
        } catch (TaskProblem _) {
            return answer(before, Duration.ZERO);
        }
    }

    private Streaming.Place place(Duration patience) {
        return patience.isZero() ? Streaming.Place.NONE : streaming.waiting();
    }

    private Submitted make(Caller caller, TaskSpec spec, Submission asked) {
        if (!worker.accepting()) {
            throw new TaskProblem(Code.DRAINING, "this worker is shutting down and takes no more tasks");
        }
        // Taken before the task is: a refusal must not leave a task behind.
        try (Streaming.Place _ = place(asked.patience())) {
            return admit(caller, spec, asked);
        }
    }

    private Submitted admit(Caller caller, TaskSpec spec, Submission asked) {
        if (!admission.tryAdmit()) {
            throw new TaskProblem(
                    Code.QUEUE_FULL, "%d tasks are waiting already: try again later".formatted(admission.capacity()));
        }
        Task task = enqueue(new NewTask(
                TaskId.create(clock.instant()),
                new Submitter(caller.tenant(), Optional.of(caller.name())),
                spec,
                asked.idempotency()));
        return answer(task, asked.patience());
    }

    private Submitted answer(Task task, Duration patience) {
        Task last = patience.isZero() ? finder.fresh(task) : finder.awaitEnd(task, patience);
        boolean isEnd = !patience.isZero() && last.status().isFinal();
        return isEnd ? new Submitted.Ended(last) : new Submitted.Accepted(last);
    }

    private Task enqueue(NewTask wanted) {
        boolean kept = false;
        try {
            Enqueued enqueued = intake.enqueue(wanted);
            Task task = switch (enqueued) {
                case Enqueued.Created(Task created) -> {
                    kept = true;
                    yield created;
                }
                case Enqueued.Claimed(Task created) -> {
                    kept = true;
                    yield created;
                }
                case Enqueued.Repeated(Task earlier) -> earlier;
                case Enqueued.KeyReused(TaskId earlier) ->
                    throw new TaskProblem(
                            Code.IDEMPOTENCY_KEY_REUSED,
                            "this Idempotency-Key was sent before with another body, for task " + earlier);
            };
            return task;
        } finally {
            if (kept) {
                observer.submitted();
            } else {
                admission.giveBack();
            }
        }
    }
}
