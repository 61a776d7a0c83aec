package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskProblem;
import org.claudecluster.worker.task.TaskProblem.Code;
import org.claudecluster.worker.task.TaskResult;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.workspace.TaskWorkspaces;
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
    private final TaskStore store;
    private final TaskLookup tasks;
    private final Holders holders;
    private final TaskWorkspaces workspaces;
    private final Sessions sessions;

    ContinueResource(
            SubmitRules rules,
            Submissions submissions,
            TaskStore store,
            TaskLookup tasks,
            Holders holders,
            TaskWorkspaces workspaces,
            Sessions sessions) {
        this.rules = rules;
        this.submissions = submissions;
        this.store = store;
        this.tasks = tasks;
        this.holders = holders;
        this.workspaces = workspaces;
        this.sessions = sessions;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
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
        TaskId continued = tasks.id(id);
        return submissions.submit(body, "continue " + continued + " ", key, wait, tree -> followUp(continued, tree));
    }

    private TaskSpec followUp(TaskId continued, JsonNode body) {
        Task earlier = tasks.find(continued);
        TaskSpec asked = rules.followUp(body);
        return asked.following(earlier, session(earlier), home(earlier));
    }

    private static UUID session(Task earlier) {
        if (!earlier.status().isFinal()) {
            throw new TaskProblem(
                    Code.NOT_FINAL, "the task is still pending or running: wait for its end, or cancel it");
        }
        boolean ranTheCli = earlier.executorType().equals(Optional.of(ExecutorType.PTY.wire()));
        return earlier.result()
                .flatMap(TaskResult::sessionId)
                .or(earlier::sessionId)
                .filter(_ -> ranTheCli)
                .map(UUID::fromString)
                .orElseThrow(
                        () -> new TaskProblem(Code.NOT_CONTINUABLE, "the task has no session: it did not run the CLI"));
    }

    /** The home that has session and workspace, as far as that can be known from here. */
    private String home(Task earlier) {
        String home = earlier.home()
                .orElseThrow(() ->
                        new TaskProblem(Code.NOT_CONTINUABLE, "it is not known which worker has the task's session"));
        if (workspaces.home().equals(Optional.of(home))) {
            requireHere(earlier);
        } else if (holders.alive(home).isEmpty()) {
            throw holders.elsewhere(home);
        }
        requireAlone(earlier);
        return home;
    }

    private void requireHere(Task earlier) {
        switch (workspaces.find(earlier)) {
            case TaskWorkspaces.Found.Gone _ ->
                throw new TaskProblem(
                        Code.WORKSPACE_GONE, "the workspace was removed after worker.retention.workspaces, or by hand");
            case TaskWorkspaces.Found.Unknown(String why) -> throw WorkspaceResource.unknown(why);
            case TaskWorkspaces.Found.Here _,
                    TaskWorkspaces.Found.Empty _,
                    TaskWorkspaces.Found.Elsewhere _,
                    TaskWorkspaces.Found.None _ -> {}
        }
        if (!sessions.reaches(session(earlier))) {
            throw new TaskProblem(
                    Code.NOT_CONTINUABLE, "the task has no session: the CLI ended before it had written one");
        }
    }

    /** Two runs in one session would overwrite each other. */
    private void requireAlone(Task earlier) {
        store.openFollowUp(earlier.workspace()).ifPresent(task -> {
            throw new TaskProblem(
                    Code.NOT_FINAL,
                    "task %s is going on with this session: wait for its end and continue that one".formatted(task));
        });
    }
}
