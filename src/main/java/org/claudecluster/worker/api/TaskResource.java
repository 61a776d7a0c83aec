package org.claudecluster.worker.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.guard.RequestMemory;
import org.claudecluster.worker.api.http.Durations;
import org.claudecluster.worker.api.http.EntityTags;
import org.claudecluster.worker.service.TaskService;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.claudecluster.worker.task.store.TaskPart;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Looking at tasks and removing them. */
@Path("/tasks")
@Produces(MediaType.APPLICATION_JSON)
public class TaskResource {

    private final TaskService service;
    private final TaskWorkspaces workspaces;
    private final RequestMemory memory;
    private final ObjectMapper json;
    private final Callers callers;

    TaskResource(
            TaskService service, TaskWorkspaces workspaces, RequestMemory memory, ObjectMapper json, Callers callers) {
        this.callers = callers;
        this.workspaces = workspaces;
        this.service = service;
        this.memory = memory;
        this.json = json;
    }

    /** One page of tasks. */
    @Schema(name = "TaskList")
    public record TaskList(List<TaskView> tasks) {}

    @GET
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "listTasks",
            summary = "List tasks, newest first",
            description = "Filters: status, workerId, label.KEY=VALUE (repeatable). Pages: limit (50, at most 500) and"
                    + " after, the last taskId of the page before; Link rel=next leads on where more follow. A page"
                    + " has fewer than its limit where it would be above 4 MiB. Of prompt and result only the start is"
                    + " told, unless fields=prompt,result asks for them.")
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"pending", "running", "completed", "failed", "cancelled"}))
    @Parameter(
            name = "workerId",
            in = ParameterIn.QUERY,
            description = "Wished for, or that ran it.",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "500", defaultValue = "50"))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "The last taskId of the page before.",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "fields",
            in = ParameterIn.QUERY,
            description = "prompt, result or both with a comma between: told whole.",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "One page; Link leads to the next.",
            content = @Content(schema = @Schema(implementation = TaskList.class)))
    @APIResponse(responseCode = "400", description = "An unknown or invalid parameter.")
    @APIResponse(responseCode = "503", description = "Others have the memory that it takes.")
    public Response list(@Context UriInfo uri) throws JsonProcessingException {
        TaskFilter filter = ListQuery.parse(uri.getQueryParameters());
        Set<TaskPart> whole = ListQuery.whole(uri.getQueryParameters());
        try (RequestMemory.Part _ = memory.forAnswer(TaskPage.MAX_BYTES)) {
            return answer(service.list(callers.current(), filter, whole), uri.getRequestUri());
        }
    }

    /** Written out while its part of the memory is held. */
    private Response answer(TaskPage page, URI request) throws JsonProcessingException {
        byte[] body = json.writeValueAsBytes(
                new TaskList(page.tasks().stream().map(TaskView::of).toList()));
        Response.ResponseBuilder response = Response.ok(body);
        page.next()
                .ifPresent(last ->
                        response.header(HttpHeaders.LINK, "<" + ListQuery.next(request, last) + ">; rel=\"next\""));
        return response.build();
    }

    @GET
    @Path("/{id}")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "getTask",
            summary = "Look at a task",
            description = "With ?wait=30s the answer comes when the task is final or the wait is over.")
    @APIResponse(
            responseCode = "200",
            description = "The task as it is now.",
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    @APIResponse(responseCode = "304", description = "Unchanged since the ETag in If-None-Match.")
    @APIResponse(responseCode = "404", description = "There is no such task.")
    public Response get(
            @PathParam("id") String id,
            @QueryParam("wait") @Nullable String wait,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known)
            throws JsonProcessingException {
        Task task = service.find(callers.current(), TaskService.id(id), Durations.wait(wait));
        byte[] body = json.writeValueAsBytes(
                TaskView.of(task, workspaces.start(task), service.attempts(callers.current(), task)));
        String tag = tag(body);
        if (EntityTags.isIn(known, tag)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        return Response.ok(body).header(HttpHeaders.ETAG, tag).build();
    }

    @DELETE
    @Path("/{id}")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:write")
    @Operation(operationId = "deleteTask", summary = "Remove a final task, its transcript and its workspace")
    @APIResponse(responseCode = "204", description = "Removed.")
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "409", description = "The task is not final: cancel it first.")
    public void delete(@PathParam("id") String id) {
        service.delete(callers.current(), TaskService.id(id));
    }

    private static String tag(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return "\"%08x-%x\"".formatted(crc.getValue(), body.length);
    }
}
