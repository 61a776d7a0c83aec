package org.claudecluster.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.terminal.TerminalSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigOverlayTest {

    private static final Path WORK = Path.of("/srv/work \"1\"");

    @TempDir
    Path state;

    private PtySettings settings;
    private ConfigOverlays overlays;

    @BeforeEach
    void prepare() throws IOException {
        settings = settings(state);
        overlays = new ConfigOverlays(settings);
        overlays.prepare();
    }

    static PtySettings settings(Path state) {
        return new PtySettings(
                "claude",
                new TerminalSize(80, 24),
                new RunGrace(Duration.ZERO, new Grace(Duration.ZERO, Duration.ZERO)),
                new PtySettings.Variables(Map.of("PATH", "/usr/bin:/bin"), Map.of()),
                new PtySettings.Directories(state, state.resolve("workspace"), List.of(state)),
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
        try (ConfigOverlay overlay = open(new Credential.BySettings("{\"apiKeyHelper\":\"x\"}", Map.of()))) {
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
            overlays.prepare();
            assertThat(again.directory()).doesNotExist();
        }
    }

    @Test
    void the_next_run_finds_nothing_of_the_one_before() throws IOException {
        Path first;
        try (ConfigOverlay overlay = open(new Credential.BySettings("{\"apiKeyHelper\":\"x\"}", Map.of()))) {
            first = overlay.directory();
            Files.writeString(first.resolve(".claude.json"), "{\"long\":\"" + "x".repeat(1000) + "\"}");
            Files.createDirectories(first.resolve("plugins/store"));
        }
        try (ConfigOverlay next = overlays.open("task-2", WORK, new Credential.None())) {
            assertThat(first).doesNotExist();
            assertThat(next.directory().toFile().list()).containsExactlyInAnyOrder(".claude.json", "projects");
            assertThat(new ObjectMapper()
                            .readTree(next.directory().resolve(".claude.json").toFile())
                            .size())
                    .isEqualTo(3);
        }
    }

    /** What a tool put in a file's place would get the next run's seed, or show it somebody else's. */
    @ParameterizedTest
    @ValueSource(strings = {"symbolic", "hard", "directory", "readable"})
    void a_seed_that_is_no_file_of_its_own_is_not_written_over(String kind) throws IOException {
        Path elsewhere = Files.writeString(state.resolve("elsewhere"), "kept");
        try (ConfigOverlay overlay = open(new Credential.None())) {
            Path seed = overlay.directory().resolve(".claude.json");
            Path sessions = overlay.directory().resolve("projects");
            Files.delete(seed);
            Files.delete(sessions);
            Files.createSymbolicLink(sessions, state);
            switch (kind) {
                case "symbolic" -> Files.createSymbolicLink(seed, elsewhere);
                case "hard" -> Files.createLink(seed, elsewhere);
                case "directory" -> Files.createDirectory(seed);
                default ->
                    Files.setPosixFilePermissions(
                            Files.writeString(seed, "{}"), PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
        try (ConfigOverlay next = overlays.open("task-2", WORK, new Credential.None())) {
            Path seed = next.directory().resolve(".claude.json");
            assertThat(elsewhere).hasContent("kept");
            assertThat(seed).content().contains(WORK.getFileName().toString().replace("\"", "\\\""));
            assertThat(Files.getPosixFilePermissions(seed)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(next.directory().resolve("projects").toRealPath())
                    .isEqualTo(state.resolve("claude/projects").toRealPath());
        }
    }

    private ConfigOverlay open(Credential credential) throws IOException {
        return overlays.open("task-1", WORK, credential);
    }
}
