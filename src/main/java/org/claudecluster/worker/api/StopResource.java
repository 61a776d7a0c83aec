package org.claudecluster.worker.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.claudecluster.worker.task.CancelAnswer;
import org.claudecluster.worker.task.InterruptAnswer;
import org.claudecluster.worker.task.LocalSignals;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskProblem;
import org.claudecluster.worker.task.TaskStore;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Ending a task: 202 while its worker does so, 200 when it is final. */
@Path("/tasks/{id}")
@Produces(MediaType.APPLICATION_JSON)
@APIResponse(
        responseCode = "200",
        description = "Final already; nothing was changed.",
        content = @Content(schema = @Schema(implementation = TaskView.class)))
@APIResponse(
        responseCode = "202",
        description = "Asked; its worker ends it.",
        content = @Content(schema = @Schema(implementation = TaskView.class)))
@APIResponse(responseCode = "404", description = "There is no such task.")
public class StopResource {

    private final TaskStore store;
    private final TaskLookup tasks;
    private final LocalSignals signals;

    StopResource(TaskStore store, TaskLookup tasks, LocalSignals signals) {
        this.store = store;
        this.tasks = tasks;
        this.signals = signals;
    }

    @POST
    @Path("/cancel")
    @RunOnVirtualThread
    @Operation(
            operationId = "cancelTask",
            summary = "Cancel a task",
            description = "Idempotent. 202 while a running task is being ended, 200 when it is final.")
    public Response cancel(@PathParam("id") String id) {
        TaskId task = tasks.id(id);
        CancelAnswer answer = store.cancel(task);
        switch (answer) {
            case UNKNOWN -> throw TaskLookup.notFound(id);
            case CANCELLED -> signals.finalised(task);
            case REQUESTED -> signals.cancelRequested(task);
            case ALREADY_FINAL -> {}
        }
        return asked(task, answer == CancelAnswer.REQUESTED);
    }

    @POST
    @Path("/interrupt")
    @RunOnVirtualThread
    @Operation(
            operationId = "interruptTask",
            summary = "End a running task softly",
            description = "The CLI is asked to end its turn and still reports usage and cost. 202 while it does so, 200"
                    + " when the task is final already.")
    @APIResponse(responseCode = "409", description = "The task waits: cancel it instead.")
    public Response interrupt(@PathParam("id") String id) {
        TaskId task = tasks.id(id);
        InterruptAnswer answer = store.interrupt(task);
        switch (answer) {
            case UNKNOWN -> throw TaskLookup.notFound(id);
            case PENDING ->
                throw new TaskProblem(
                        TaskProblem.Code.NOT_RUNNING, "the task waits, nothing can be interrupted: cancel it instead");
            case REQUESTED -> signals.interruptRequested(task);
            case ALREADY_FINAL -> {}
        }
        return asked(task, answer == InterruptAnswer.REQUESTED);
    }

    private Response asked(TaskId task, boolean runs) {
        return Response.status(runs ? Response.Status.ACCEPTED : Response.Status.OK)
                .entity(TaskView.of(tasks.find(task)))
                .build();
    }
}
