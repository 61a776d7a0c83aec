package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.claude.Credential;
import org.claudecluster.worker.terminal.Grace;
import org.claudecluster.worker.terminal.TerminalSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigOverlayTest {

    private static final Path WORK = Path.of("/srv/work \"1\"");

    @TempDir
    Path state;

    private PtySettings settings;

    @BeforeEach
    void prepare() throws IOException {
        settings = settings(state);
        ConfigOverlay.prepare(settings);
    }

    static PtySettings settings(Path state) {
        return new PtySettings(
                "claude",
                new TerminalSize(80, 24),
                new RunGrace(Duration.ZERO, new Grace(Duration.ZERO, Duration.ZERO)),
                Map.of("PATH", "/usr/bin:/bin"),
                Map.of(),
                state,
                state.resolve("workspace"),
                List.of(state),
                Optional.empty());
    }

    @Test
    void a_run_starts_with_onboarding_done_and_its_directory_trusted() throws IOException {
        try (ConfigOverlay overlay = open(new Credential.None())) {
            JsonNode seed = new ObjectMapper()
                    .readTree(overlay.directory().resolve(".claude.json").toFile());
            assertThat(seed.path("hasCompletedOnboarding").asBoolean()).isTrue();
            assertThat(seed.path("projects")
                            .path(WORK.toString())
                            .path("hasTrustDialogAccepted")
                            .asBoolean())
                    .isTrue();
            assertThat(overlay.arguments(List.of("-p"))).containsExactly("-p");
        }
    }

    @Test
    void sessions_outlive_it_and_all_else_goes_with_it() throws IOException {
        Path directory;
        try (ConfigOverlay overlay = open(new Credential.None())) {
            directory = overlay.directory();
            Files.createDirectories(directory.resolve("projects/-srv-work"));
            Files.writeString(directory.resolve("projects/-srv-work/session.jsonl"), "{}");
            Files.createDirectories(directory.resolve("plugins/store"));
        }
        assertThat(directory).doesNotExist();
        assertThat(state.resolve("claude/projects/-srv-work/session.jsonl")).hasContent("{}");
    }

    @Test
    void what_an_operator_has_put_into_the_cli_s_directory_is_there() throws IOException {
        Files.writeString(state.resolve("claude/settings.json"), "{\"model\":\"opus\"}");
        Files.createDirectories(state.resolve("claude/agents"));
        try (ConfigOverlay overlay = open(new Credential.None())) {
            assertThat(overlay.directory().resolve("settings.json")).hasContent("{\"model\":\"opus\"}");
            assertThat(overlay.directory().resolve("agents")).isDirectory();
            assertThat(overlay.directory().resolve("skills")).doesNotExist();
        }
        assertThat(state.resolve("claude/settings.json")).exists();
    }

    @Test
    void settings_that_are_a_credential_come_as_a_file_of_the_run_s_own() throws IOException {
        try (ConfigOverlay overlay = open(new Credential.BySettings("{\"apiKeyHelper\":\"x\"}"))) {
            Path file = overlay.settingsFile().orElseThrow();
            assertThat(file).hasContent("{\"apiKeyHelper\":\"x\"}");
            assertThat(overlay.arguments(List.of("-p"))).containsExactly("--settings=" + file, "-p");
        }
    }

    @Test
    void what_a_predecessor_left_is_removed() throws IOException {
        ConfigOverlay left = open(new Credential.None());
        Files.writeString(left.directory().resolve("old"), "");
        try (ConfigOverlay again = open(new Credential.None())) {
            assertThat(again.directory().resolve("old")).doesNotExist();
            ConfigOverlay.prepare(settings);
            assertThat(again.directory()).doesNotExist();
        }
    }

    private ConfigOverlay open(Credential credential) throws IOException {
        return ConfigOverlay.open(settings, "task-1", WORK, credential);
    }
}
