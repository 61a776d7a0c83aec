package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines in the shapes that 2.1.197 and 2.1.330 wrote. */
class SessionFilesTest {

    private static final UUID SESSION = UUID.fromString("8e5e078b-c1d1-44f6-9f6e-0c1320a97177");

    @TempDir
    Path config;

    @Test
    void before_the_first_task_there_is_no_session() {
        SessionFiles sessions = new SessionFiles(config);
        assertThat(sessions.reaches(SESSION)).isFalse();
        assertThat(sessions.holds(SESSION, "hello")).isFalse();
    }

    @Test
    void a_session_is_found_in_whichever_directory_it_ran() throws IOException {
        Files.createDirectories(config.resolve("projects/-srv-other"));
        session("");
        assertThat(new SessionFiles(config).reaches(SESSION)).isTrue();
        assertThat(new SessionFiles(config).reaches(UUID.randomUUID())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"say \\\"hé\\\"\"},\"uuid\":\"1\"}",
                "{\"uuid\":\"1\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"say \\\"hé\\\"\"}],\"role\":\"user\"},\"type\":\"user\"}"
            })
    void a_prompt_that_was_recorded_is_held(String line) throws IOException {
        session("{\"type\":\"queue-operation\"}\n" + line + "\n{\"type\":\"assist");
        assertThat(new SessionFiles(config).holds(SESSION, "  say \"hé\"\n")).isTrue();
        assertThat(new SessionFiles(config).holds(SESSION, "say")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"assistant\",\"message\":{\"role\":\"user\",\"content\":\"hello\"}}",
                "{\"type\":\"user\",\"isMeta\":true,\"message\":{\"role\":\"user\",\"content\":\"hello\"}}",
                "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"content\":\"hello\"}]}}",
                "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"hello\"",
                "hello"
            })
    void what_nobody_said_is_no_prompt(String line) throws IOException {
        session(line);
        assertThat(new SessionFiles(config).holds(SESSION, "hello")).isFalse();
    }

    private void session(String lines) throws IOException {
        Path directory = Files.createDirectories(config.resolve("projects/-srv-task"));
        Files.writeString(directory.resolve(SESSION + ".jsonl"), lines);
    }
}
