package org.claudecluster.worker.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskResult;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a task that no statement asks for, as JSON text: schema-free, so that a field more needs no migration.
 * Unknown fields are ignored, since a newer version may have written them.
 */
final class TaskJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .build();

    private static final JavaType LABELS =
            MAPPER.getTypeFactory().constructMapType(Map.class, String.class, String.class);

    private static final int MOST_OF_A_CHARACTER = 6;

    /** Of a text among others: quotes, colon and comma. */
    private static final int PUNCTUATION = 4;

    /** Names of fields, models, directory, repository. */
    private static final int ALL_THAT_IS_SHORT = 10_000;

    private TaskJson() {}

    /** The parts of a spec that have no column of their own. */
    record Rest(
            Optional<String> metadata,
            Map<String, String> labels,
            Optional<String> workingDirectory,
            ClaudeOptions claude,
            Optional<GitSource> git,
            Optional<Continuation> continues,
            Optional<RetryJson> retry) {

        /** Nothing of it. */
        static final Rest NONE = new Rest(
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                ClaudeOptions.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        Rest {
            metadata = metadata.filter(TaskJson::isOneObject);
        }

        /** Of all texts that may be long. */
        long characters() {
            return Stream.of(
                            metadata.stream(),
                            labels.keySet().stream(),
                            labels.values().stream(),
                            claude.allowedTools().stream(),
                            claude.disallowedTools().stream(),
                            claude.appendSystemPrompt().stream(),
                            claude.mcpConfig().stream(),
                            claude.jsonSchema().stream())
                    .flatMap(texts -> texts)
                    .mapToLong(text -> text.length() + PUNCTUATION)
                    .sum();
        }

        Retry retryOrDefault() {
            return retry.map(RetryJson::retry).orElse(Retry.DEFAULT);
        }

        static Rest of(TaskSpec spec) {
            return new Rest(
                    spec.metadata(),
                    spec.labels(),
                    spec.workingDirectory(),
                    spec.claude(),
                    spec.git(),
                    spec.continues(),
                    spec.retry().equals(Retry.DEFAULT) ? Optional.empty() : Optional.of(RetryJson.of(spec.retry())));
        }
    }

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value.getClass(), e);
        }
    }

    /** Column {@code result} holds that many characters. */
    static final int MAX_RESULT = 1_000_000;

    /** A character may need six in JSON, so this much of an answer always fits. */
    private static final int MAX_KEPT_TEXT = 150_000;

    /** A result as JSON, shortened if need be: an outcome must never be refused for the length of an answer. */
    static String fitting(TaskResult result) {
        long least = (long) result.text().map(String::length).orElse(0)
                + result.permissionDenials().length()
                + result.structuredOutput().map(String::length).orElse(0);
        String whole = least <= MAX_RESULT ? write(result) : "";
        boolean fits = !whole.isEmpty() && whole.length() <= MAX_RESULT;
        return fits ? whole : write(result.shortened(MAX_KEPT_TEXT));
    }

    /** Column {@code spec} holds that many characters. */
    static final int MAX_SPEC = 1_000_000;

    /** Throws a {@link TaskProblem} for a spec that is longer as JSON than its column, though each part is within bounds. */
    static void requireFits(TaskSpec spec) {
        Rest rest = Rest.of(spec);
        // A character needs six at most: most specs need not be written to know.
        if (rest.characters() + ALL_THAT_IS_SHORT <= MAX_SPEC / MOST_OF_A_CHARACTER) {
            return;
        }
        int length = write(rest).length();
        if (length > MAX_SPEC) {
            String why =
                    "takes with metadata and labels %d characters as JSON, at most %d fit: shorten its texts; a control character counts six"
                            .formatted(length, MAX_SPEC);
            throw new TaskProblem(
                    TaskProblem.Code.INVALID_REQUEST,
                    "the request is not valid: see errors for claude",
                    List.of(new TaskProblem.FieldError("claude", why)));
        }
    }

    static Rest rest(String json) {
        return read(json, Rest.class);
    }

    /** Each part by itself, and none in place of one that can't be read: of the others a reader still has need. */
    static Rest readableParts(String json) {
        JsonNode tree = read(json, JsonNode.class);
        return new Rest(
                part(tree, "metadata", String.class),
                TaskJson.<Map<String, String>>part(tree, "labels", LABELS).orElse(Map.of()),
                part(tree, "workingDirectory", String.class),
                part(tree, "claude", ClaudeOptions.class).orElse(ClaudeOptions.NONE),
                part(tree, "git", GitSource.class),
                part(tree, "continues", Continuation.class),
                part(tree, "retry", RetryJson.class).flatMap(TaskJson::sound));
    }

    private static <T> Optional<T> part(JsonNode tree, String name, Class<T> type) {
        return part(tree, name, MAPPER.constructType(type));
    }

    private static <T> Optional<T> part(JsonNode tree, String name, JavaType type) {
        try {
            return Optional.ofNullable(MAPPER.treeToValue(tree.get(name), type));
        } catch (JsonProcessingException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The same with the numbers of today, if they are within its bounds. */
    private static Optional<RetryJson> sound(RetryJson told) {
        try {
            return Optional.of(RetryJson.of(told.retry()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Without what is no JSON: callers get it as it stands. */
    static TaskResult result(String json) {
        TaskResult result = read(json, TaskResult.class);
        boolean whole = isOne(result.permissionDenials(), JsonToken.START_ARRAY)
                && result.structuredOutput().map(TaskJson::isOneValue).orElse(true);
        return whole ? result : result.shortened(Integer.MAX_VALUE);
    }

    private static boolean isOneObject(String json) {
        return isOne(json, JsonToken.START_OBJECT);
    }

    private static boolean isOneValue(String json) {
        return isOne(json, null);
    }

    /** Looks at the tokens only, and makes nothing of them. */
    private static boolean isOne(String json, @Nullable JsonToken wanted) {
        if (json.equals("[]")) {
            return wanted != JsonToken.START_OBJECT;
        }
        try (JsonParser parser = MAPPER.createParser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null || (wanted != null && first != wanted)) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored " + type.getSimpleName() + " can't be read", e);
        }
    }
}
