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
    void before_the_first_task_there_is_no_session() throws IOException {
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

    @Test
    void a_session_goes_with_all_that_bears_its_name_and_others_stay() throws IOException {
        session("");
        Path directory = config.resolve("projects/-srv-task");
        Files.writeString(
                Files.createDirectories(directory.resolve(SESSION + "/tool-results"))
                        .resolve("x.txt"),
                "x");
        Path other = Files.writeString(directory.resolve(UUID.randomUUID() + ".jsonl"), "");

        new SessionFiles(config).remove(SESSION);

        assertThat(directory.toFile().list())
                .containsExactly(other.getFileName().toString());
    }

    @Test
    void a_directory_of_a_task_s_own_goes_with_its_last_session_and_what_the_cli_remembers_of_it() throws IOException {
        Path own = Files.createDirectories(config.resolve("projects/-data-workspace-" + new UUID(1, 7)));
        Files.createDirectories(own.resolve("memory"));
        Files.writeString(own.resolve(SESSION + ".jsonl"), "");

        new SessionFiles(config).remove(SESSION);

        assertThat(own).doesNotExist();
    }

    @Test
    void what_can_not_be_looked_at_counts_as_there() throws IOException {
        Files.writeString(config.resolve("projects"), "in the way");

        assertThat(new SessionFiles(config).reaches(SESSION)).isTrue();
    }

    private void session(String lines) throws IOException {
        Path directory = Files.createDirectories(config.resolve("projects/-srv-task"));
        Files.writeString(directory.resolve(SESSION + ".jsonl"), lines);
    }
}
