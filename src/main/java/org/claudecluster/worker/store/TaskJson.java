package org.claudecluster.worker.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.TaskResult;
import org.claudecluster.worker.task.TaskSpec;

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

    private TaskJson() {}

    /** What of a spec has no column of its own. */
    record Rest(
            Optional<String> metadata,
            Map<String, String> labels,
            Optional<String> workingDirectory,
            ClaudeOptions claude,
            Optional<GitSource> git,
            Optional<Continuation> continues) {

        static Rest of(TaskSpec spec) {
            return new Rest(
                    spec.metadata(),
                    spec.labels(),
                    spec.workingDirectory(),
                    spec.claude(),
                    spec.git(),
                    spec.continues());
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
        String whole = write(result);
        if (whole.length() <= MAX_RESULT) {
            return whole;
        }
        return write(result.shortened(MAX_KEPT_TEXT));
    }

    static Rest rest(String json) {
        return read(json, Rest.class);
    }

    static TaskResult result(String json) {
        return read(json, TaskResult.class);
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored " + type.getSimpleName() + " can't be read", e);
        }
    }
}
