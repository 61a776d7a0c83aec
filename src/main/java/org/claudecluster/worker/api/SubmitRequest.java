package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.DecimalRange;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /run}. Rules that one annotation can't say are in {@link SubmitRules}. */
@Schema(name = "SubmitRequest")
public record SubmitRequest(
        @NotBlank(message = "must have at least one character that is not white space")
        @Schema(
                description = "What Claude is asked to do: 1 character to 256 KiB of UTF-8.",
                required = true,
                examples = "echo Hello from Claude!")
        @Nullable
        String prompt,

        @Size(min = 1, max = 200, message = "must have 1 to 200 characters")
        @Schema(description = "Id or name of the worker that shall have the first claim.")
        @Nullable
        String workerId,

        @Schema(description = "Whether the task waits for that worker and no other.", defaultValue = "false") @Nullable
        Boolean requireWorker,

        @Min(value = 1, message = "must be 1 to 10, 10 is most urgent")
        @Max(value = 10, message = "must be 1 to 10, 10 is most urgent")
        @Schema(defaultValue = "5", minimum = "1", maximum = "10")
        @Nullable
        Integer priority,

        @Schema(
                implementation = Map.class,
                additionalProperties = Schema.True.class,
                description = "A JSON object, given back as it came; at most 16 KiB.")
        @Nullable
        JsonNode metadata,

        @Size(max = TaskSpec.MAX_LABELS, message = "must be at most 64 labels") @Nullable
        Map<
                        @Size(min = 1, max = TaskSpec.MAX_LABEL_NAME, message = "must be names of 1 to 63 characters")
                        String,
                        @Size(max = TaskSpec.MAX_LABEL_VALUE, message = "must be values of at most 255 characters")
                        String>
                labels,

        @Min(value = 1_000, message = "must be 1000 to 86400000 (1 s to 24 h)")
        @Max(value = 86_400_000, message = "must be 1000 to 86400000 (1 s to 24 h)")
        @Nullable
        Long timeoutMs,

        @Min(value = 1, message = "must be 1 to 10")
        @Max(value = 10, message = "must be 1 to 10")
        @Schema(description = "The same as retry.maxAttempts; give one of them.", defaultValue = "1")
        @Nullable
        Integer maxAttempts,

        @Valid @Nullable Retry retry,

        @Schema(description = "ISO 8601 with a zone, such as 2026-11-24T06:00:00Z.") @Nullable
        String notBefore,

        @Size(min = 1, max = TaskSpec.MAX_WORKING_DIRECTORY, message = "must have 1 to 1000 characters")
        @Schema(description = "Below the workspace root; made if it is not there.")
        @Nullable
        String workingDirectory,

        @Valid @Nullable Claude claude,

        @Valid @Nullable Workspace workspace) {

    /** When another attempt is made. */
    @Schema(name = "Retry")
    public record Retry(
            @Min(value = 1, message = "must be 1 to 10")
            @Max(value = 10, message = "must be 1 to 10")
            @Schema(description = "All attempts together; 1 if absent, and 2 with on.")
            @Nullable
            Integer maxAttempts,

            @Size(max = RetryRules.MAX_REASONS, message = "must be at most 40 reasons")
            @Schema(
                    description = "Reasons after which an attempt that is left is made.",
                    defaultValue = "[\"worker_lost\"]")
            @Nullable
            List<String> on,

            @Valid @Nullable Backoff backoff) {}

    private static final String FACTOR = "must be 1 to 10, with at most 20 digits behind the point";

    /** How long a task waits before its next attempt. */
    @Schema(
            name = "Backoff",
            description = "The first wait, then factor times longer each time, up to maxMs. Half of each is chance.")
    public record Backoff(
            @Min(value = 1, message = "must be 1 to 3600000 (1 ms to 1 h)")
            @Max(value = 3_600_000, message = "must be 1 to 3600000 (1 ms to 1 h)")
            @Schema(defaultValue = "5000")
            @Nullable
            Long initialMs,

            @Min(value = 1, message = "must be 1 to 86400000 (1 ms to 24 h)")
            @Max(value = 86_400_000, message = "must be 1 to 86400000 (1 ms to 24 h)")
            @Schema(defaultValue = "300000")
            @Nullable
            Long maxMs,

            @DecimalMin(value = "1", message = FACTOR)
            @DecimalMax(value = "10", message = FACTOR)
            @Digits(integer = 2, fraction = 20, message = FACTOR)
            @Schema(defaultValue = "2")
            @Nullable
            BigDecimal factor) {}

    /** Describes the begin of the task's directory. */
    @Schema(name = "Workspace")
    public record Workspace(@Valid @Nullable Git git) {}

    /** A repository. */
    @Schema(name = "GitSource")
    public record Git(
            @Schema(description = "https:// or ssh://, without a credential.", required = true) @Nullable
            String url,

            @Schema(description = "A branch, a tag or a whole commit id; the remote's HEAD if absent.") @Nullable
            String ref,

            @Min(value = 1, message = "must be 1 to 1000000")
            @Max(value = 1_000_000, message = "must be 1 to 1000000")
            @Schema(description = "How many commits; all if absent.")
            @Nullable
            Integer depth,

            @Schema(description = "A file in worker.workspace.secrets-dir that holds the token for https.") @Nullable
            String tokenSecretName,

            @Schema(description = "Whether submodules are fetched as well, and theirs.", defaultValue = "false")
            @Nullable
            Boolean submodules,

            @Schema(description = "Whether large files (Git LFS) are fetched.", defaultValue = "false") @Nullable
            Boolean lfs) {}

    private static final String BUDGET = "must be " + ClaudeOptions.MIN_BUDGET_USD + " to "
            + ClaudeOptions.MAX_BUDGET_USD + " (US dollars), with at most " + DecimalRange.DOLLAR_PLACES
            + " digits behind the point";

    /** Holds the options for the CLI besides the prompt. */
    @Schema(name = "ClaudeOptions")
    public record Claude(
            @Size(min = 1, max = ClaudeOptions.MAX_MODEL, message = "must have 1 to 200 characters") @Nullable
            String model,

            @Size(min = 1, max = ClaudeOptions.MAX_MODEL, message = "must have 1 to 200 characters")
            @Schema(description = "What the CLI turns to while the model is overloaded; another than model.")
            @Nullable
            String fallbackModel,

            @Min(value = 1, message = "must be 1 to 10000")
            @Max(value = ClaudeOptions.MAX_TURNS, message = "must be 1 to 10000")
            @Nullable
            Integer maxTurns,

            @DecimalMin(value = ClaudeOptions.MIN_BUDGET_USD, message = BUDGET)
            @DecimalMax(value = ClaudeOptions.MAX_BUDGET_USD, message = BUDGET)
            @Digits(integer = 7, fraction = DecimalRange.DOLLAR_PLACES, message = BUDGET)
            @Nullable
            BigDecimal maxBudgetUsd,

            @Schema(enumeration = {"default", "acceptEdits", "dontAsk", "plan", "auto", "bypassPermissions"}) @Nullable
            String permissionMode,

            @Size(max = ClaudeOptions.MAX_RULES, message = "must be at most 200 entries") @Nullable
            List<
                            @NotBlank(message = "must not be blank")
                            @Size(max = ClaudeOptions.MAX_RULE, message = "must be at most 500 characters") String>
                    allowedTools,

            @Size(max = ClaudeOptions.MAX_RULES, message = "must be at most 200 entries") @Nullable
            List<
                            @NotBlank(message = "must not be blank")
                            @Size(max = ClaudeOptions.MAX_RULE, message = "must be at most 500 characters") String>
                    disallowedTools,

            @Nullable String appendSystemPrompt,

            @Schema(format = "uuid") @Nullable String resumeSessionId,

            @Schema(implementation = Map.class, additionalProperties = Schema.True.class) @Nullable
            JsonNode mcpConfig,

            @Schema(implementation = Map.class, additionalProperties = Schema.True.class) @Nullable
            JsonNode jsonSchema,

            @Size(min = 1, max = 3, message = "must be 1 to 3 entries")
            @Schema(
                    description = "With project or local, the checkout's own hooks, settings and servers run.",
                    defaultValue = "[\"user\"]")
            @Nullable
            List<@Pattern(regexp = "user|project|local", message = "must be user, project or local") String>
                    settingSources) {}

    /** Without the prompt. */
    @Override
    public String toString() {
        return "SubmitRequest[priority=" + priority + "]";
    }
}
