package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.service.TaskService;
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
    private final Submissions submissions;
    private final TaskService service;
    private final Callers callers;

    RunResource(SubmitRules rules, Submissions submissions, TaskService service, Callers callers) {
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
                                                                            "allowedTools": ["Read", "Edit", "Bash(mvn *)"]}}"""),
                                                @ExampleObject(name = "in a clone", value = """
                                                                {"prompt": "Fix the failing test",
                                                                 "workspace": {"git": {"url": "https://github.com/acme/shop.git",
                                                                                       "ref": "main", "depth": 1}}}""")
                                            }))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("wait")
                    @Parameter(description = "0s to 300s, such as 30s.", schema = @Schema(type = SchemaType.STRING))
                    @Nullable
                    String wait) {
        return Submissions.answer(
                service.submit(callers.current(), submissions.read(body, "", key, wait, rules::spec)));
    }
}
