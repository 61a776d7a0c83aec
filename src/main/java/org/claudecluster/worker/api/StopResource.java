package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.service.Stopped;
import org.claudecluster.worker.service.TaskService;
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

    private final TaskService service;
    private final Callers callers;

    StopResource(TaskService service, Callers callers) {
        this.callers = callers;
        this.service = service;
    }

    @POST
    @Path("/cancel")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:write")
    @Operation(
            operationId = "cancelTask",
            summary = "Cancel a task",
            description = "Idempotent. 202 while a running task is being ended, 200 when it is final.")
    public Response cancel(@PathParam("id") String id) {
        return answer(service.cancel(callers.current(), TaskService.id(id)));
    }

    @POST
    @Path("/interrupt")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:write")
    @Operation(
            operationId = "interruptTask",
            summary = "End a running task softly",
            description = "The CLI is asked to end its turn and still reports usage and cost. 202 while it does so, 200"
                    + " when the task is final already.")
    @APIResponse(responseCode = "409", description = "The task waits: cancel it instead.")
    public Response interrupt(@PathParam("id") String id) {
        return answer(service.interrupt(callers.current(), TaskService.id(id)));
    }

    private static Response answer(Stopped stopped) {
        Response.Status status = switch (stopped) {
            case Stopped.Requested _ -> Response.Status.ACCEPTED;
            case Stopped.Final _ -> Response.Status.OK;
        };
        return Response.status(status).entity(TaskView.of(stopped.task())).build();
    }
}
