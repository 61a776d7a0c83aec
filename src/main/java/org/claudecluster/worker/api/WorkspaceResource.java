package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.http.ExactBytes;
import org.claudecluster.worker.api.http.PacedAnswers;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.api.http.Times;
import org.claudecluster.worker.service.TaskService;
import org.claudecluster.worker.service.WorkspaceLocator;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.workspace.Artifacts;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.claudecluster.worker.workspace.TaskWorkspaces.Found;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Serves the files in a task's directory. Only the worker that has the directory can do so. */
@Path("/tasks/{id}")
public class WorkspaceResource {

    private static final String NO_SNIFF = "X-Content-Type-Options";

    private final TaskService service;
    private final TaskWorkspaces workspaces;
    private final WorkspaceLocator locator;
    private final PacedAnswers paced;
    private final Callers callers;

    WorkspaceResource(
            TaskService service,
            TaskWorkspaces workspaces,
            WorkspaceLocator locator,
            PacedAnswers paced,
            Callers callers) {
        this.callers = callers;
        this.service = service;
        this.workspaces = workspaces;
        this.locator = locator;
        this.paced = paced;
    }

    /** One file. */
    @Schema(name = "Artifact")
    public record ArtifactView(String path, String url, long size, String modifiedAt) {
        static ArtifactView of(TaskId task, Artifacts.Artifact file) {
            String url = "/tasks/" + task + "/artifacts/" + file.encodedPath();
            return new ArtifactView(file.path(), url, file.size(), Times.wire(file.modifiedAt()));
        }
    }

    /** All files, or as many as {@link ArtifactListing} takes. */
    @Schema(name = "ArtifactList")
    public record ArtifactList(List<ArtifactView> artifacts, boolean truncated) {}

    @GET
    @Path("/diff")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "taskDiff",
            summary = "What has changed since the clone",
            description = "A patch that git apply takes, with binary and untracked files, without ignored ones.")
    @APIResponse(
            responseCode = "200",
            description = "The patch; empty when nothing has changed.",
            content = @Content(mediaType = "text/x-diff"))
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "409", description = "No clone of the task's, or another worker has it.")
    @APIResponse(responseCode = "410", description = "The workspace is gone.")
    @APIResponse(responseCode = "500", description = "The worker's disk does not say what is in it.")
    public Response diff(@PathParam("id") String id) {
        Task task = service.find(callers.current(), TaskService.id(id));
        return switch (workspaces.find(task)) {
            case Found.Here(Artifacts _, Optional<TaskWorkspaces.Changes> changes) -> {
                TaskWorkspaces.Changes patch = changes.orElseThrow(WorkspaceResource::noClone);
                StreamingOutput body = paced.of(patch::write);
                yield Response.ok(body, "text/x-diff")
                        .header(NO_SNIFF, "nosniff")
                        .build();
            }
            case Found.Empty _ -> throw noClone();
            case Found.Elsewhere(String home) -> throw locator.elsewhere(home);
            case Found.Gone _ -> throw gone();
            case Found.None _ -> throw none();
            case Found.Unknown(String why) -> throw WorkspaceLocator.unreadable(why);
        };
    }

    @GET
    @Path("/artifacts")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "taskArtifacts",
            summary = "The files in the task's directory",
            description = "Regular files; .git and symbolic links are left out. ?format=tar.gz has all of them.")
    @APIResponse(
            responseCode = "200",
            description = "The list, or the archive.",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = ArtifactList.class)),
                @Content(mediaType = "application/gzip")
            })
    @APIResponse(responseCode = "400", description = "An unknown format.")
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "409", description = "The task has no directory, or another worker has it.")
    @APIResponse(responseCode = "410", description = "The workspace is gone.")
    @APIResponse(responseCode = "500", description = "The worker's disk does not say what is in it.")
    public Response artifacts(@PathParam("id") String id, @QueryParam("format") @Nullable String format)
            throws IOException {
        Task task = service.find(callers.current(), TaskService.id(id));
        Optional<Artifacts> files = files(task);
        return switch (format == null ? "json" : format) {
            case "json" ->
                Response.ok(list(task.id(), files), MediaType.APPLICATION_JSON).build();
            case "tar.gz" -> archive(task, files);
            default -> throw StrictJson.invalid("format", "must be json or tar.gz");
        };
    }

    @GET
    @Path("/artifacts/{path: .+}")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(operationId = "taskArtifact", summary = "One file of the task's directory")
    @APIResponse(
            responseCode = "200",
            description = "Its bytes.",
            content = @Content(mediaType = "application/octet-stream"))
    @APIResponse(responseCode = "404", description = "There is no such task, or no such file.")
    @APIResponse(responseCode = "409", description = "The task has no directory, or another worker has it.")
    @APIResponse(responseCode = "410", description = "The workspace is gone.")
    @APIResponse(responseCode = "500", description = "The worker's disk does not say what is in it.")
    public Response artifact(
            @PathParam("id") String id, @Encoded @PathParam("path") String path, @Context Request request)
            throws IOException {
        Optional<Artifacts> files = files(service.find(callers.current(), TaskService.id(id)));
        Optional<Artifacts.Open> found =
                files.isEmpty() ? Optional.empty() : files.get().open(path);
        Artifacts.Open open = found.orElseThrow(
                () -> new TaskProblem(Code.NOT_FOUND, "the task's directory has no such regular file"));
        String name = new Artifacts.Artifact(path, open.size(), open.modifiedAt()).name();
        StreamingOutput body = paced.of(out -> {
            try (open) {
                ExactBytes.copy(open.bytes(), open.size(), out);
            }
        });
        if (request.getMethod().equals(HttpMethod.HEAD)) {
            // Nobody writes the body of its answer.
            open.close();
        }
        return Response.ok(body, MediaType.APPLICATION_OCTET_STREAM)
                .header(HttpHeaders.CONTENT_LENGTH, open.size())
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment(name))
                .header(NO_SNIFF, "nosniff")
                .build();
    }

    private Optional<Artifacts> files(Task task) {
        return switch (workspaces.find(task)) {
            case Found.Here(Artifacts files, var _) -> Optional.of(files);
            case Found.Empty _ -> Optional.empty();
            case Found.Elsewhere(String home) -> throw locator.elsewhere(home);
            case Found.Gone _ -> throw gone();
            case Found.None _ -> throw none();
            case Found.Unknown(String why) -> throw WorkspaceLocator.unreadable(why);
        };
    }

    private static ArtifactList list(TaskId task, Optional<Artifacts> files) throws IOException {
        ArtifactListing listing = new ArtifactListing(task);
        if (files.isPresent()) {
            files.get().each((file, _) -> listing.add(file));
        }
        return listing.list();
    }

    private Response archive(Task task, Optional<Artifacts> files) {
        StreamingOutput body = paced.of(out -> TarGz.write(files, out));
        return Response.ok(body, "application/gzip")
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment(task.id() + ".tar.gz"))
                .build();
    }

    /** RFC 6266: no byte of a name that an agent chose reaches the header as it is. */
    private static String attachment(String name) {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return "attachment; filename*=UTF-8''" + encoded;
    }

    private static TaskProblem noClone() {
        return new TaskProblem(
                Code.NO_WORKSPACE, "the task's directory is no clone of the worker's: submit with workspace.git");
    }

    private static TaskProblem none() {
        return new TaskProblem(
                Code.NO_WORKSPACE, "the task has no directory: it has not begun, or ran in the stub executor");
    }

    private static TaskProblem gone() {
        return new TaskProblem(
                Code.WORKSPACE_GONE, "the workspace was removed after worker.retention.workspaces, or by hand");
    }
}
