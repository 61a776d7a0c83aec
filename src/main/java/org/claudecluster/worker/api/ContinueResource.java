package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.service.Submission;
import org.claudecluster.worker.service.TaskService;
import org.claudecluster.worker.task.TaskId;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Going on where a task has ended. */
@Path("/tasks/{id}/continue")
@Produces(MediaType.APPLICATION_JSON)
public class ContinueResource {

    private final SubmitRules rules;
    private final Submissions submissions;
    private final TaskService service;
    private final Callers callers;

    ContinueResource(SubmitRules rules, Submissions submissions, TaskService service, Callers callers) {
        this.callers = callers;
        this.rules = rules;
        this.submissions = submissions;
        this.service = service;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:write")
    @Operation(
            operationId = "continueTask",
            summary = "Submit a follow-up in the same session and workspace",
            description = "For a final task that ran the CLI. The follow-up waits for the worker that has the files."
                    + " The body is that of POST /run without workerId, requireWorker, workingDirectory, workspace and"
                    + " claude.resumeSessionId; nothing but session and workspace is taken over.")
    @APIResponse(
            responseCode = "202",
            description = "Accepted and durable; Location names the new task.",
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Final within ?wait.",
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    @APIResponse(responseCode = "400", description = "Malformed or invalid; errors[] names each field.")
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "409", description = "Not final, without a session, or no living worker has the files.")
    @APIResponse(responseCode = "410", description = "The workspace is gone.")
    public Response proceed(
            @PathParam("id") String id,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = SubmitRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "smallest",
                                                            value = "{\"prompt\": \"Now add a test for it\"}")))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("wait") @Nullable String wait) {
        TaskId earlier = TaskService.id(id);
        Submission submission = submissions.read(body, "continue " + earlier + " ", key, wait, rules::followUp);
        return Submissions.answer(service.continueTask(callers.current(), earlier, submission));
    }
}
