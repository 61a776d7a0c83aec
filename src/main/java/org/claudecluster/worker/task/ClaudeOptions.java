package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.claudecluster.worker.task.result.DecimalRange;

/**
 * The caller's options for the CLI besides the prompt. Absent means the CLI's own default. Each text becomes one
 * argument, see {@link ArgumentText}.
 *
 * @param model 1 to {@link #MAX_MODEL} characters
 * @param maxTurns 1 to {@link #MAX_TURNS} (the CLI reads 0 as "no limit")
 * @param maxBudgetUsd US dollars, within {@link #BUDGET}; the CLI checks it after each request, so it may overshoot
 * @param allowedTools at most {@link #MAX_RULES} rules of at most {@link #MAX_RULE} characters
 * @param disallowedTools the same
 * @param mcpConfig a JSON object in the CLI's {@code --mcp-config} shape
 * @param jsonSchema a JSON schema that the answer has to meet
 * @param fallbackModel what the CLI turns to while the model is overloaded; another than the model
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
        List<SettingSource> settingSources,
        Optional<String> fallbackModel) {

    public static final int MAX_MODEL = 200;
    public static final int MAX_TURNS = 10_000;
    public static final int MAX_RULES = 200;
    public static final int MAX_RULE = 500;
    public static final String MIN_BUDGET_USD = "0.000001";
    public static final String MAX_BUDGET_USD = "1000000";
    public static final DecimalRange BUDGET = new DecimalRange(
            new BigDecimal(MIN_BUDGET_USD), new BigDecimal(MAX_BUDGET_USD), DecimalRange.DOLLAR_PLACES);

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
            SettingSource.DEFAULT,
            Optional.empty());

    @SuppressWarnings("ConstantValue") // what an earlier version stored has no settingSources
    public ClaudeOptions {
        settingSources = settingSources == null ? SettingSource.DEFAULT : List.copyOf(settingSources);
        requireNonNull(model, "model");
        requireNonNull(fallbackModel, "fallbackModel");
        requireNonNull(permissionMode, "permissionMode");
        requireNonNull(appendSystemPrompt, "appendSystemPrompt");
        requireNonNull(resumeSessionId, "resumeSessionId");
        requireNonNull(mcpConfig, "mcpConfig");
        requireNonNull(jsonSchema, "jsonSchema");
        allowedTools = List.copyOf(allowedTools);
        disallowedTools = List.copyOf(disallowedTools);
        if (fallbackModel.isPresent() && fallbackModel.equals(model)) {
            throw new IllegalArgumentException("fallbackModel must be another than model");
        }
        refuse("maxTurns", maxTurns.flatMap(ClaudeOptions::turnsProblem));
        refuse("maxBudgetUsd", maxBudgetUsd.flatMap(BUDGET::problem));
        refuse("model", model.flatMap(ClaudeOptions::modelProblem));
        refuse("fallbackModel", fallbackModel.flatMap(ClaudeOptions::modelProblem));
        refuse("allowedTools", rulesProblem(allowedTools));
        refuse("disallowedTools", rulesProblem(disallowedTools));
        refuse("appendSystemPrompt", appendSystemPrompt.flatMap(ArgumentText::problem));
        refuse("mcpConfig", mcpConfig.flatMap(ArgumentText::problem));
        refuse("jsonSchema", jsonSchema.flatMap(ArgumentText::problem));
    }

    private static void refuse(String component, Optional<String> problem) {
        problem.ifPresent(why -> {
            throw new IllegalArgumentException(component + " " + why);
        });
    }

    private static Optional<String> turnsProblem(int turns) {
        return turns >= 1 && turns <= MAX_TURNS ? Optional.empty() : Optional.of("must be 1 to " + MAX_TURNS);
    }

    private static Optional<String> modelProblem(String name) {
        return name.isEmpty() || name.length() > MAX_MODEL
                ? Optional.of("must have 1 to " + MAX_MODEL + " characters")
                : ArgumentText.problem(name);
    }

    private static Optional<String> rulesProblem(List<String> rules) {
        if (rules.size() > MAX_RULES) {
            return Optional.of("must be at most " + MAX_RULES + " rules");
        }
        if (rules.stream().anyMatch(rule -> rule.isBlank() || rule.length() > MAX_RULE)) {
            return Optional.of("must have rules of 1 to " + MAX_RULE + " characters");
        }
        return ArgumentText.problem(rules);
    }

    /** Returns how many bytes of UTF-8 all texts have that become arguments. */
    public long textBytes() {
        Stream<String> single = Stream.of(model, fallbackModel, appendSystemPrompt, mcpConfig, jsonSchema)
                .flatMap(Optional::stream);
        Stream<String> rules = Stream.of(allowedTools, disallowedTools).map(list -> String.join(",", list));
        return Stream.concat(single, rules).mapToLong(ArgumentText::utf8Length).sum();
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
                settingSources,
                fallbackModel);
    }
}
