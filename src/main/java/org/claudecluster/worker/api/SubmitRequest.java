package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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

        @Schema(type = SchemaType.OBJECT, description = "Given back as it came, at most 16 KiB.") @Nullable
        JsonNode metadata,

        @Size(max = 64, message = "must be at most 64 labels") @Nullable
        Map<
                        @Size(min = 1, max = 63, message = "must be names of 1 to 63 characters") String,
                        @Size(max = 255, message = "must be values of at most 255 characters") String>
                labels,

        @Min(value = 1_000, message = "must be 1000 to 86400000 (1 s to 24 h)")
        @Max(value = 86_400_000, message = "must be 1000 to 86400000 (1 s to 24 h)")
        @Nullable
        Long timeoutMs,

        @Min(value = 1, message = "must be 1 to 10")
        @Max(value = 10, message = "must be 1 to 10")
        @Schema(defaultValue = "1")
        @Nullable
        Integer maxAttempts,

        @Schema(description = "ISO 8601 with a zone, such as 2026-11-24T06:00:00Z.") @Nullable
        String notBefore,

        @Size(min = 1, max = 1_000, message = "must have 1 to 1000 characters")
        @Schema(description = "Below the workspace root; made if it is not there.")
        @Nullable
        String workingDirectory,

        @Valid @Nullable Claude claude,

        @Valid @Nullable Workspace workspace) {

    /** What the task's directory begins with. */
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
            String tokenSecretName) {}

    /** What the CLI is told beyond the prompt. */
    @Schema(name = "ClaudeOptions")
    public record Claude(
            @Size(min = 1, max = 200, message = "must have 1 to 200 characters") @Nullable
            String model,

            @Min(value = 1, message = "must be 1 to 10000")
            @Max(value = 10_000, message = "must be 1 to 10000")
            @Nullable
            Integer maxTurns,

            @DecimalMin(value = "0", inclusive = false, message = "must be more than 0") @Nullable
            BigDecimal maxBudgetUsd,

            @Schema(enumeration = {"default", "acceptEdits", "dontAsk", "plan", "auto", "bypassPermissions"}) @Nullable
            String permissionMode,

            @Size(max = 200, message = "must be at most 200 entries") @Nullable
            List<
                            @NotBlank(message = "must not be blank")
                            @Size(max = 500, message = "must be at most 500 characters") String>
                    allowedTools,

            @Size(max = 200, message = "must be at most 200 entries") @Nullable
            List<
                            @NotBlank(message = "must not be blank")
                            @Size(max = 500, message = "must be at most 500 characters") String>
                    disallowedTools,

            @Nullable String appendSystemPrompt,

            @Schema(format = "uuid") @Nullable String resumeSessionId,

            @Schema(type = SchemaType.OBJECT) @Nullable JsonNode mcpConfig,

            @Schema(type = SchemaType.OBJECT) @Nullable JsonNode jsonSchema,

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
