package org.claudecluster.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.junit.jupiter.api.Test;

class ArgumentRoomTest {

    private static final String TEXTS = """
            {"prompt": "x", "claude": {"model": "ä", "fallbackModel": "b", "appendSystemPrompt": "%s",
             "allowedTools": ["Read", "Edit"], "disallowedTools": ["Bash"], "mcpConfig": {}, "jsonSchema": {}}}
            """.formatted("s".repeat(50_000));

    /** 2 + 1 + 50,000 + 9 + 4 + 2 + 2. */
    private static final long BYTES = 50_020;

    @Test
    void texts_that_fit_together_are_taken() {
        assertThat(spec(new ArgumentRoom(BYTES)).claude().textBytes()).isEqualTo(BYTES);
        assertThat(spec(ArgumentRoom.UNKNOWN).prompt()).isEqualTo("x");
    }

    @Test
    void texts_that_do_not_are_refused_with_the_bound_and_what_to_do() {
        assertThatThrownBy(() -> spec(new ArgumentRoom(BYTES - 1)))
                .isInstanceOfSatisfying(
                        TaskProblem.class,
                        problem -> assertThat(problem.errors())
                                .containsExactly(new FieldError(
                                        "claude",
                                        "its texts must have at most 50019 bytes of UTF-8 together, which is what this worker's"
                                                + " ulimit -s leaves, have 50020: shorten them")));
    }

    private static TaskSpec spec(ArgumentRoom room) {
        return new SubmitRules(settings(), room).spec(StrictJson.object(TEXTS.getBytes(StandardCharsets.UTF_8)));
    }

    private static ApiSettings settings() {
        return new ApiSettings(
                "1",
                "test",
                Duration.ofMinutes(5),
                Path.of("/"),
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                "claude",
                Map.of());
    }
}
