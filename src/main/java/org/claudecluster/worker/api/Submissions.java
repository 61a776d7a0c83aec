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
import java.util.function.Function;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.Enqueued;
import org.claudecluster.worker.task.Intake;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.Storable;
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
    private final Intake intake;
    private final Worker worker;
    private final TaskObserver observer;
    private final RequestMemory memory;
    private final InstantSource clock;

    Submissions(
            TaskStore store,
            TaskLookup tasks,
            Streaming streaming,
            Admission admission,
            Intake intake,
            Worker worker,
            TaskObserver observer,
            RequestMemory memory,
            InstantSource clock) {
        this.store = store;
        this.tasks = tasks;
        this.streaming = streaming;
        this.admission = admission;
        this.intake = intake;
        this.worker = worker;
        this.observer = observer;
        this.memory = memory;
        this.clock = clock;
    }

    /** How a task was asked for. */
    private record Request(Optional<NewTask.Idempotency> idempotency, Duration patience) {}

    /** What a request came to: a spec, or why there is none. Nothing of the body is left. */
    private record Read(Request request, Optional<TaskSpec> spec, Optional<TaskProblem> refused) {}

    /**
     * Answers with the task that comes of a request. A repetition is answered with its own task, also where a new one
     * would be refused: by a worker that drains or is full, or since that very task is what is in the way.
     *
     * @param body what was sent
     * @param more what was asked beside the body
     * @param key under which the same request makes one task
     * @param wait how long the client waits for the task's end
     * @param rules makes a spec of a JSON object; throws the {@link TaskProblem} that it is refused with
     */
    Response submit(
            byte[] body, String more, @Nullable String key, @Nullable String wait, Function<JsonNode, TaskSpec> rules) {
        Read read = read(body, more, key, wait, rules);
        try {
            return submit(read.spec().orElseThrow(() -> read.refused().orElseThrow()), read.request());
        } catch (TaskProblem refused) {
            Task before =
                    read.request().idempotency().flatMap(store::submittedBy).orElseThrow(() -> refused);
            return repeated(before, read.request().patience());
        }
    }

    /** The tree of a body is many times its size: nobody waits for a task's end with it in hand. */
    private Read read(
            byte[] body, String more, @Nullable String key, @Nullable String wait, Function<JsonNode, TaskSpec> rules) {
        Duration patience = Durations.wait(wait);
        try (RequestMemory.Part _ = memory.forBody(body.length)) {
            JsonNode tree = StrictJson.object(body);
            Request request = new Request(onceUnder(key, more + tree), patience);
            try {
                return new Read(request, Optional.of(rules.apply(tree)), Optional.empty());
            } catch (TaskProblem refused) {
                return new Read(request, Optional.empty(), Optional.of(refused));
            }
        }
    }

    /** Without a place for who waits it is told as it is. */
    private Response repeated(Task before, Duration patience) {
        try (Streaming.Place _ = place(patience)) {
            return answer(before, patience);
        } catch (TaskProblem _) {
            return answer(before, Duration.ZERO);
        }
    }

    private Streaming.Place place(Duration patience) {
        return patience.isZero() ? Streaming.Place.NONE : streaming.waiting();
    }

    private Response submit(TaskSpec spec, Request request) {
        if (!worker.accepting()) {
            throw new TaskProblem(Code.DRAINING, "this worker is shutting down and takes no more tasks");
        }
        // Taken before the task is: a refusal must not leave a task behind.
        try (Streaming.Place _ = place(request.patience())) {
            return admit(spec, request);
        }
    }

    private Response admit(TaskSpec spec, Request request) {
        if (!admission.tryAdmit()) {
            throw new TaskProblem(
                    Code.QUEUE_FULL, "%d tasks are waiting already: try again later".formatted(admission.capacity()));
        }
        Task task = enqueue(new NewTask(TaskId.create(clock.instant()), spec, request.idempotency()));
        return answer(task, request.patience());
    }

    private Response answer(Task task, Duration patience) {
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

    private static Optional<NewTask.Idempotency> onceUnder(@Nullable String key, String asked) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > NewTask.Idempotency.MAX_KEY) {
            throw StrictJson.invalid("Idempotency-Key", "must have 1 to 255 characters");
        }
        if (!Storable.isText(key)) {
            throw StrictJson.invalid("Idempotency-Key", "must not contain NUL or half a surrogate pair");
        }
        return Optional.of(new NewTask.Idempotency(key, sha256(asked)));
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
