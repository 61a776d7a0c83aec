package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.api.http.JsonFaults;
import org.claudecluster.worker.api.http.RequestValidator;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.task.ArgumentText;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.PermissionMode;
import org.claudecluster.worker.task.SettingSource;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Turns a submit's body into a spec, or into the list of all that is wrong with it. */
@ApplicationScoped
class SubmitRules {

    private static final String TAKEN_OVER = "can't be chosen: it is that of the task that is continued";

    private final RequestValidator constraints = RequestValidator.of(SubmitRequest.class);
    private final ApiSettings settings;
    private final ArgumentRoom room;

    SubmitRules(ApiSettings settings, ArgumentRoom room) {
        this.settings = settings;
        this.room = room;
    }

    TaskSpec spec(JsonNode body) {
        SubmitRequest request = StrictJson.bind(body, SubmitRequest.class);
        List<FieldError> errors = constraints.violated(request);
        checkSizes(request, errors);
        Optional<Instant> notBefore = instant(request.notBefore(), errors);
        Optional<Options> claude = Optional.ofNullable(request.claude()).map(asked -> options(asked, errors));
        Optional.ofNullable(request.workingDirectory())
                .flatMap(wished -> WorkingDirectories.problem(settings.workspaces(), wished))
                .ifPresent(why -> errors.add(new FieldError("workingDirectory", why)));
        WorkspaceRules.check(request, errors);
        RetryRules.check(request, errors);
        if (!errors.isEmpty()) {
            throw StrictJson.invalid(errors);
        }
        try {
            TaskSpec spec =
                    spec(request, notBefore, claude.map(SubmitRules::claude).orElse(ClaudeOptions.NONE));
            room.problem(spec.claude()).ifPresent(why -> {
                throw StrictJson.invalid("claude", why);
            });
            return spec;
        } catch (IllegalArgumentException e) {
            throw StrictJson.invalid("", String.valueOf(e.getMessage()));
        }
    }

    /** The same for a follow-up, whose worker, directory and session are those of the task before. */
    TaskSpec followUp(JsonNode body) {
        List<FieldError> errors = new ArrayList<>();
        for (String field : List.of("workerId", "requireWorker", "workingDirectory", "workspace")) {
            if (body.has(field)) {
                errors.add(new FieldError(field, TAKEN_OVER));
            }
        }
        if (body.path("claude").has("resumeSessionId")) {
            errors.add(new FieldError("claude.resumeSessionId", TAKEN_OVER));
        }
        if (!errors.isEmpty()) {
            throw StrictJson.invalid(errors);
        }
        return spec(body);
    }

    private TaskSpec spec(SubmitRequest request, Optional<Instant> notBefore, ClaudeOptions claude) {
        return new TaskSpec(
                String.valueOf(request.prompt()),
                Optional.ofNullable(request.workerId()),
                Boolean.TRUE.equals(request.requireWorker()),
                or(request.priority(), TaskSpec.DEFAULT_PRIORITY),
                Optional.ofNullable(request.metadata())
                        .filter(JsonNode::isObject)
                        .map(JsonNode::toString),
                or(request.labels(), Map.of()),
                Duration.ofMillis(
                        or(request.timeoutMs(), settings.defaultTimeout().toMillis())),
                RetryRules.maxAttempts(request),
                notBefore,
                Optional.ofNullable(request.workingDirectory()),
                claude,
                WorkspaceRules.git(request),
                Optional.empty(),
                RetryRules.retry(request));
    }

    private static void checkSizes(SubmitRequest request, List<FieldError> errors) {
        if (utf8(request.prompt()) > TaskSpec.MAX_PROMPT_BYTES) {
            errors.add(new FieldError(
                    "prompt",
                    "must be at most %d bytes of UTF-8 (256 KiB), has %d: put the rest into a file of the workspace"
                            .formatted(TaskSpec.MAX_PROMPT_BYTES, utf8(request.prompt()))));
        }
        JsonNode metadata = request.metadata();
        if (metadata != null && !metadata.isNull()) {
            if (!metadata.isObject()) {
                errors.add(new FieldError("metadata", "must be an object"));
            } else if (ArgumentText.utf8Length(metadata.toString()) > TaskSpec.MAX_METADATA_BYTES) {
                errors.add(new FieldError("metadata", "must be at most 16384 bytes as JSON (16 KiB)"));
            }
            JsonFaults.ofNumbers("metadata", metadata).ifPresent(errors::add);
        }
        if (Boolean.TRUE.equals(request.requireWorker()) && request.workerId() == null) {
            errors.add(new FieldError("requireWorker", "needs a workerId"));
        }
    }

    /** Holds the options that were asked for, and the parts that have been read of them. */
    private record Options(
            SubmitRequest.Claude asked,
            Optional<PermissionMode> mode,
            Optional<UUID> resumed,
            Optional<String> mcp,
            Optional<String> schema) {}

    private static Options options(SubmitRequest.Claude claude, List<FieldError> errors) {
        Optional<PermissionMode> mode =
                Optional.ofNullable(claude.permissionMode()).flatMap(PermissionMode::ofWire);
        if (claude.permissionMode() != null && mode.isEmpty()) {
            errors.add(new FieldError(
                    "claude.permissionMode", "must be default, acceptEdits, dontAsk, plan, auto or bypassPermissions"));
        }
        if (claude.fallbackModel() != null && claude.fallbackModel().equals(claude.model())) {
            errors.add(new FieldError("claude.fallbackModel", "must be another than claude.model"));
        }
        Optional<UUID> resumed = uuid(claude.resumeSessionId(), errors);
        Optional.ofNullable(claude.appendSystemPrompt())
                .flatMap(ArgumentText::problem)
                .ifPresent(why -> errors.add(new FieldError("claude.appendSystemPrompt", why)));
        rules("claude.allowedTools", claude.allowedTools(), errors);
        rules("claude.disallowedTools", claude.disallowedTools(), errors);
        Optional<String> mcp = object("claude.mcpConfig", claude.mcpConfig(), errors);
        Optional<String> schema = object("claude.jsonSchema", claude.jsonSchema(), errors);
        return new Options(claude, mode, resumed, mcp, schema);
    }

    /** To be asked when nothing is wrong. */
    private static ClaudeOptions claude(Options options) {
        SubmitRequest.Claude claude = options.asked();
        return new ClaudeOptions(
                Optional.ofNullable(claude.model()),
                Optional.ofNullable(claude.maxTurns()),
                Optional.ofNullable(claude.maxBudgetUsd()),
                options.mode(),
                or(claude.allowedTools(), List.of()),
                or(claude.disallowedTools(), List.of()),
                Optional.ofNullable(claude.appendSystemPrompt()),
                options.resumed(),
                options.mcp(),
                options.schema(),
                sources(claude.settingSources()),
                Optional.ofNullable(claude.fallbackModel()));
    }

    private static List<SettingSource> sources(@Nullable List<String> wished) {
        return wished == null
                ? SettingSource.DEFAULT
                : wished.stream()
                        .flatMap(wire -> SettingSource.ofWire(wire).stream())
                        .distinct()
                        .toList();
    }

    private static Optional<String> object(String field, @Nullable JsonNode node, List<FieldError> errors) {
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isObject()) {
            errors.add(new FieldError(field, "must be an object"));
            return Optional.empty();
        }
        JsonFaults.ofNumbers(field, node).ifPresent(errors::add);
        String json = node.toString();
        ArgumentText.problem(json).ifPresent(why -> errors.add(new FieldError(field, why)));
        return Optional.of(json);
    }

    /** Those that are no rules at all have been told. */
    private static void rules(String field, @Nullable List<@Nullable String> rules, List<FieldError> errors) {
        if (rules != null && !rules.contains(null)) {
            ArgumentText.problem(rules).ifPresent(why -> errors.add(new FieldError(field, why)));
        }
    }

    private static Optional<Instant> instant(@Nullable String text, List<FieldError> errors) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException _) {
            errors.add(new FieldError("notBefore", "must be ISO 8601 with a zone, such as 2026-11-24T06:00:00Z"));
            return Optional.empty();
        }
    }

    private static Optional<UUID> uuid(@Nullable String text, List<FieldError> errors) {
        if (text == null) {
            return Optional.empty();
        }
        Optional<UUID> parsed = TaskId.parse(text).map(TaskId::value);
        if (parsed.isEmpty()) {
            errors.add(new FieldError("claude.resumeSessionId", "must be a UUID, as result.sessionId gives it"));
        }
        return parsed;
    }

    private static long utf8(@Nullable String text) {
        return text == null ? 0 : ArgumentText.utf8Length(text);
    }

    private static <T> T or(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }
}
