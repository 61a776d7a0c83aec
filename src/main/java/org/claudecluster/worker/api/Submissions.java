package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.Enqueued;
import org.claudecluster.worker.task.LocalSignals;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.task.TaskProblem;
import org.claudecluster.worker.task.TaskProblem.Code;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.task.Worker;
import org.jspecify.annotations.Nullable;

/** Makes tasks of sound specs, and answers with what became of them. */
@ApplicationScoped
class Submissions {

    private final TaskStore store;
    private final TaskLookup tasks;
    private final Streaming streaming;
    private final Admission admission;
    private final LocalSignals signals;
    private final Worker worker;
    private final TaskObserver observer;
    private final InstantSource clock;

    Submissions(
            TaskStore store,
            TaskLookup tasks,
            Streaming streaming,
            Admission admission,
            LocalSignals signals,
            Worker worker,
            TaskObserver observer,
            InstantSource clock) {
        this.store = store;
        this.tasks = tasks;
        this.streaming = streaming;
        this.admission = admission;
        this.signals = signals;
        this.worker = worker;
        this.observer = observer;
        this.clock = clock;
    }

    Response submit(TaskSpec spec, Optional<NewTask.Idempotency> idempotency, Duration patience) {
        if (!worker.accepting()) {
            throw new TaskProblem(Code.DRAINING, "this worker is shutting down and takes no more tasks");
        }
        // Taken before the task is: a refusal must not leave a task behind.
        try (Streaming.Place _ = patience.isZero() ? Streaming.Place.NONE : streaming.waiting()) {
            return admit(spec, idempotency, patience);
        }
    }

    private Response admit(TaskSpec spec, Optional<NewTask.Idempotency> idempotency, Duration patience) {
        if (!admission.tryAdmit()) {
            throw new TaskProblem(
                    Code.QUEUE_FULL, "%d tasks are waiting already: try again later".formatted(admission.capacity()));
        }
        Task task = enqueue(new NewTask(TaskId.create(clock.instant()), spec, idempotency));
        Task last = patience.isZero() ? tasks.fresh(task) : tasks.awaitEnd(task.id(), task, patience);
        boolean done = !patience.isZero() && last.status().isFinal();
        return Response.status(done ? Response.Status.OK : Response.Status.ACCEPTED)
                .header(HttpHeaders.LOCATION, "/tasks/" + task.id())
                .entity(TaskView.of(last))
                .build();
    }

    private Task enqueue(NewTask wanted) {
        boolean kept = false;
        try {
            Enqueued enqueued = store.enqueue(wanted);
            Task task = switch (enqueued) {
                case Enqueued.Created(Task created) -> {
                    kept = true;
                    observer.submitted();
                    signals.enqueued();
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
            if (!kept) {
                admission.giveBack();
            }
        }
    }

    /** What tells a repetition of a request from another one under the same key. */
    static Optional<NewTask.Idempotency> idempotency(@Nullable String key, JsonNode body) {
        return idempotency(key, "", body);
    }

    /** The same where the body is not all that was asked. */
    static Optional<NewTask.Idempotency> idempotency(@Nullable String key, String more, JsonNode body) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > NewTask.Idempotency.MAX_KEY) {
            throw StrictJson.invalid("Idempotency-Key", "must have 1 to 255 characters");
        }
        return Optional.of(new NewTask.Idempotency(key, sha256(more + body)));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
