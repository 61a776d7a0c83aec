package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the caller asks of the CLI beyond the prompt. Absent means the CLI's own default.
 *
 * @param maxTurns at least 1 (the CLI reads 0 as "no limit")
 * @param maxBudgetUsd US dollars, more than 0; the CLI checks it after each request, so it may overshoot
 * @param mcpConfig a JSON object in the CLI's {@code --mcp-config} shape
 * @param jsonSchema a JSON schema that the answer has to meet
 * @param settingSources where the CLI takes settings from, a checkout's own hooks and servers among them
 */
public record ClaudeOptions(
        Optional<String> model,
        Optional<Integer> maxTurns,
        Optional<BigDecimal> maxBudgetUsd,
        Optional<PermissionMode> permissionMode,
        List<String> allowedTools,
        List<String> disallowedTools,
        Optional<String> appendSystemPrompt,
        Optional<UUID> resumeSessionId,
        Optional<String> mcpConfig,
        Optional<String> jsonSchema,
        List<SettingSource> settingSources) {

    public static final ClaudeOptions NONE = new ClaudeOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            SettingSource.DEFAULT);

    @SuppressWarnings("ConstantValue") // what an earlier version stored has no settingSources
    public ClaudeOptions {
        settingSources = settingSources == null ? SettingSource.DEFAULT : List.copyOf(settingSources);
        requireNonNull(model, "model");
        requireNonNull(permissionMode, "permissionMode");
        requireNonNull(appendSystemPrompt, "appendSystemPrompt");
        requireNonNull(resumeSessionId, "resumeSessionId");
        requireNonNull(mcpConfig, "mcpConfig");
        requireNonNull(jsonSchema, "jsonSchema");
        allowedTools = List.copyOf(allowedTools);
        disallowedTools = List.copyOf(disallowedTools);
        maxTurns.filter(turns -> turns < 1).ifPresent(turns -> {
            throw new IllegalArgumentException("maxTurns must be at least 1: " + turns);
        });
        maxBudgetUsd.filter(budget -> budget.signum() <= 0).ifPresent(budget -> {
            throw new IllegalArgumentException("maxBudgetUsd must be more than 0: " + budget);
        });
    }

    /** The same, going on with a session. */
    public ClaudeOptions resuming(UUID session) {
        return new ClaudeOptions(
                model,
                maxTurns,
                maxBudgetUsd,
                permissionMode,
                allowedTools,
                disallowedTools,
                appendSystemPrompt,
                Optional.of(session),
                mcpConfig,
                jsonSchema,
                settingSources);
    }
}
