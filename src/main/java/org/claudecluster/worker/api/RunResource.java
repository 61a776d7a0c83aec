package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Submitting a task. */
@Path("/run")
@Produces(MediaType.APPLICATION_JSON)
public class RunResource {

    private final SubmitRules rules;
    private final TaskStore store;
    private final TaskLookup tasks;
    private final Streaming streaming;
    private final Admission admission;
    private final LocalSignals signals;
    private final Worker worker;
    private final TaskObserver observer;
    private final InstantSource clock;

    RunResource(
            SubmitRules rules,
            TaskStore store,
            TaskLookup tasks,
            Streaming streaming,
            Admission admission,
            LocalSignals signals,
            Worker worker,
            TaskObserver observer,
            InstantSource clock) {
        this.rules = rules;
        this.store = store;
        this.tasks = tasks;
        this.streaming = streaming;
        this.admission = admission;
        this.signals = signals;
        this.worker = worker;
        this.observer = observer;
        this.clock = clock;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            operationId = "run",
            summary = "Submit a task",
            description = "Answers when the task is durable. With ?wait the answer comes when the task is final (200)"
                    + " or the wait is over (202).")
    @APIResponse(
            responseCode = "202",
            description = "Accepted and durable; Location names the task.",
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Final within ?wait.",
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    @APIResponse(responseCode = "400", description = "Malformed or invalid; errors[] names each field.")
    @APIResponse(responseCode = "413", description = "The body is larger than 2 MiB.")
    @APIResponse(responseCode = "415", description = "The body is not application/json.")
    @APIResponse(responseCode = "422", description = "The Idempotency-Key was used with another body.")
    @APIResponse(responseCode = "429", description = "The queue is full; Retry-After says when to try again.")
    @APIResponse(responseCode = "503", description = "Shutting down, or the store is away; Retry-After is set.")
    public Response run(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = SubmitRequest.class),
                                            examples = {
                                                @ExampleObject(
                                                        name = "smallest",
                                                        value = "{\"prompt\": \"echo Hello from Claude!\"}"),
                                                @ExampleObject(name = "with limits", value = """
                                                                {"prompt": "Fix the failing test", "priority": 8, "timeoutMs": 600000,
                                                                 "labels": {"team": "payments"},
                                                                 "claude": {"model": "sonnet", "maxTurns": 20, "maxBudgetUsd": 2.5,
                                                                            "allowedTools": ["Read", "Edit", "Bash(mvn *)"]}}""")
                                            }))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("wait")
                    @Parameter(description = "0s to 300s, such as 30s.", schema = @Schema(type = SchemaType.STRING))
                    @Nullable
                    String wait) {
        Duration patience = Durations.wait(wait);
        JsonNode tree = StrictJson.object(body);
        TaskSpec spec = rules.spec(tree);
        Optional<NewTask.Idempotency> idempotency = idempotency(key, tree);
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

    private static Optional<NewTask.Idempotency> idempotency(@Nullable String key, JsonNode body) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > NewTask.Idempotency.MAX_KEY) {
            throw StrictJson.invalid("Idempotency-Key", "must have 1 to 255 characters");
        }
        return Optional.of(new NewTask.Idempotency(key, sha256(body.toString())));
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
