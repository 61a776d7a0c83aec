package org.claudecluster.worker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.api.http.Times;
import org.claudecluster.worker.credential.CredentialStatus;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.service.Streaming;
import org.claudecluster.worker.service.StreamingType;
import org.claudecluster.worker.task.Worker;
import org.claudecluster.worker.task.result.TaskProblem;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Shows this worker, and switches its executor and streams. Names and paths are a compatibility promise. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public class WorkerResource {

    private final Worker worker;
    private final ExecutorStrategy strategy;
    private final Credentials credentials;
    private final Streaming streaming;
    private final ApiSettings settings;
    private final InstantSource clock;
    private final Callers callers;

    WorkerResource(
            Worker worker,
            ExecutorStrategy strategy,
            Credentials credentials,
            Streaming streaming,
            ApiSettings settings,
            InstantSource clock,
            Callers callers) {
        this.worker = worker;
        this.strategy = strategy;
        this.credentials = credentials;
        this.streaming = streaming;
        this.settings = settings;
        this.clock = clock;
        this.callers = callers;
    }

    /**
     * The answer of {@code GET /hello}; {@code uptime} in milliseconds. Whoever may not read tasks learns the status, the
     * time and the version.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Hello(
            @Schema(enumeration = {"available", "busy", "draining", "error"})
            String status,

            @Schema(description = "Why tasks wait or can't run here, with status error.") @Nullable
            String reason,

            String timestamp,
            String version,
            @Nullable Long uptime,
            @Nullable Integer activeTasks,
            @Nullable String id,
            @Nullable String name,
            @Nullable Capabilities capabilities,
            @Nullable SystemInfo systemInfo) {

        private static Hello cut(String status, Instant now, String version) {
            return new Hello(status, null, Times.wire(now), version, null, null, null, null, null, null);
        }
    }

    /** The worker's abilities. */
    public record Capabilities(int maxConcurrentTasks, String executorType, String streamingType) {}

    /** The machine below the worker. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SystemInfo(
            String javaVersion,
            String platform,
            String arch,
            @Nullable String claudeCliVersion) {}

    @GET
    @Path("/hello")
    @PermitAll
    @Operation(operationId = "hello", summary = "Is anybody there, and who")
    @APIResponse(
            responseCode = "200",
            description = "Whether it has a free slot; and who it is, for whoever may read tasks.",
            content = @Content(schema = @Schema(implementation = Hello.class)))
    public Hello hello() {
        ExecutorStrategy.Choice choice = strategy.choice();
        Instant now = clock.instant();
        String status = status(choice);
        if (callers.found().filter(caller -> caller.may(Scope.READ)).isEmpty()) {
            return Hello.cut(status, now, settings.version());
        }
        return new Hello(
                status,
                status.equals("error") ? whyNot(choice) : null,
                Times.wire(now),
                settings.version(),
                Duration.between(worker.startedAt(), now).toMillis(),
                worker.activeTasks(),
                worker.id().value(),
                worker.name(),
                new Capabilities(
                        worker.slots(),
                        choice.active().type().wire(),
                        streaming.type().wire()),
                new SystemInfo(
                        System.getProperty("java.version"),
                        System.getProperty("os.name").toLowerCase(Locale.ROOT),
                        System.getProperty("os.arch"),
                        choice.cliVersion().orElse(null)));
    }

    private String status(ExecutorStrategy.Choice choice) {
        if (worker.draining()) {
            return "draining";
        }
        if (!choice.canRun() || isHeldBack(choice)) {
            return "error";
        }
        return worker.activeTasks() < worker.slots() ? "available" : "busy";
    }

    /** While the credential is known to be bad, tasks wait. */
    private boolean isHeldBack(ExecutorStrategy.Choice choice) {
        return !choice.active().type().isSimulated() && !credentials.isUsable();
    }

    private @Nullable String whyNot(ExecutorStrategy.Choice choice) {
        return choice.whyNoPty().or(credentials.status()::reason).orElse(null);
    }

    /** The credential of new tasks and how it stands; nothing of its value. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Auth(
            @Schema(enumeration = {"ok", "unknown", "expired", "refused", "unpaid", "invalid", "missing"})
            String state,

            @Schema(enumeration = {"file", "environment", "cli", "none"})
            String source,

            @Schema(description = "Such as api_key, oauth_token, claude_ai, federation or none.")
            String kind,

            @Schema(description = "Where it is known.") @Nullable
            String expiresAt,

            @Schema(description = "Why tasks wait, if they do.") @Nullable
            String reason) {}

    private Auth auth() {
        CredentialStatus status = credentials.status();
        return new Auth(
                status.state().wire(),
                status.source().wire(),
                status.kind(),
                status.expiresAt().map(Times::wire).orElse(null),
                status.reason().orElse(null));
    }

    /** The answer of {@code GET /pty/status}: what is active, not what was asked. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PtyStatus(
            String executorType,
            String streamingType,
            String requestedExecutorType,
            boolean ptyAvailable,

            @Schema(description = "Why the CLI can't run here, if it can't.") @Nullable
            String reason,

            String environment,
            String claudeCliPath,
            @Nullable String claudeCliVersion,
            boolean claudeCliAvailable,
            int activeProcesses,
            int maxConcurrentProcesses,
            Map<String, Integer> terminal,
            long timeoutMs,
            Auth auth) {}

    @GET
    @Path("/pty/status")
    @PermissionsAllowed("tasks:read")
    @Operation(operationId = "ptyStatus", summary = "Which executor is active, and why")
    @APIResponse(
            responseCode = "200",
            description = "Executor, terminal, credential and sessions.",
            content = @Content(schema = @Schema(implementation = PtyStatus.class)))
    public PtyStatus ptyStatus() {
        ExecutorStrategy.Choice choice = strategy.choice();
        return new PtyStatus(
                choice.active().type().wire(),
                streaming.type().wire(),
                choice.requested().wire(),
                strategy.whyNot(ExecutorType.PTY).isEmpty(),
                choice.whyNoPty().orElse(null),
                settings.environment(),
                settings.cliPath(),
                choice.cliVersion().orElse(null),
                choice.cliVersion().isPresent(),
                worker.activeTasks(),
                worker.slots(),
                settings.terminal(),
                settings.defaultTimeout().toMillis(),
                auth());
    }

    /** The body of {@code POST /pty/switch}. */
    public record SwitchRequest(
            @Schema(description = "An executor of this worker, such as stub or pty, or auto.") @Nullable
            String executorType,

            @Schema(enumeration = {"stub", "sse"}) @Nullable String streamingType) {}

    /** The answer of {@code POST /pty/switch}. */
    public record Switched(String message, PtyStatus newConfig) {}

    @POST
    @Path("/pty/switch")
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @PermissionsAllowed("admin")
    @Operation(
            operationId = "ptySwitch",
            summary = "Choose the executor of new tasks",
            description = "Running tasks go on under the executor that they have.")
    @APIResponse(
            responseCode = "200",
            description = "What is active now.",
            content = @Content(schema = @Schema(implementation = Switched.class)))
    @APIResponse(responseCode = "400", description = "An unknown type.")
    @APIResponse(responseCode = "409", description = "The wanted executor can't run here; detail says why.")
    public Switched ptySwitch(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = SwitchRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "to the stub",
                                                            value = "{\"executorType\": \"stub\"}")))
                    byte[] body) {
        JsonNode tree = StrictJson.object(body);
        SwitchRequest request = StrictJson.bind(tree, SwitchRequest.class);
        Optional<ExecutorType> executor = Optional.ofNullable(request.executorType())
                .map(wire -> ExecutorType.ofWire(wire)
                        .filter(type -> strategy.names().contains(type.wire()))
                        .orElseThrow(() -> StrictJson.invalid("executorType", "must be " + executors())));
        Optional<StreamingType> stream = Optional.ofNullable(request.streamingType())
                .map(wire -> StreamingType.ofWire(wire)
                        .orElseThrow(() -> StrictJson.invalid("streamingType", "must be stub or sse")));
        if (executor.isEmpty() && stream.isEmpty()) {
            throw StrictJson.invalid(
                    "executorType", "must be %s (or give streamingType: stub or sse)".formatted(executors()));
        }
        if (executor.isPresent() && !strategy.switchTo(executor.get())) {
            throw new TaskProblem(
                    TaskProblem.Code.EXECUTOR_UNAVAILABLE,
                    strategy.whyNot(executor.get()).orElse("the executor can't run here"));
        }
        stream.ifPresent(streaming::switchTo);
        return new Switched("new tasks run with this configuration; running tasks go on unchanged", ptyStatus());
    }

    private String executors() {
        return "one of " + String.join(", ", strategy.names());
    }
}
