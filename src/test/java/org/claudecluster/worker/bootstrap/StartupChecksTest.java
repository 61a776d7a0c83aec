package org.claudecluster.worker.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupChecksTest {

    @TempDir
    Path directory;

    @Test
    void an_empty_environment_is_fine() {
        assertThat(problems(Map.of())).isEmpty();
    }

    @Test
    void a_credentials_file_of_no_known_shape_is_refused_in_one_line_that_lists_the_shapes() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), "{\"password\":\"must not be shown\"}");
        assertThat(problems(Map.of("WORKER_AUTH_FILE", file.toString())))
                .singleElement()
                .asString()
                .startsWith("WORKER_AUTH_FILE=" + file + " is refused: it has no shape that is known; accepted are")
                .contains("claudeAiOauth", "primaryApiKey", "apiKeyHelper", "CLAUDE_CODE_OAUTH_TOKEN")
                .doesNotContain("must not be shown")
                .doesNotContain("\n");
    }

    @Test
    void a_credentials_file_of_a_known_shape_passes_and_so_does_none() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), "{\"apiKey\":\"sk-ant-x\"}");
        assertThat(problems(Map.of("WORKER_AUTH_FILE", file.toString()))).isEmpty();
        assertThat(problems(Map.of(
                        "WORKER_AUTH_FILE", directory.resolve("none.json").toString())))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, 1",
        "PORT, 65535",
        "NODE_ENV, development",
        "LOG_LEVEL, warn",
        "CLAUDE_CLI_PATH, /opt/my claude",
        "PTY_TIMEOUT_MS, 86400000",
        "MAX_CONCURRENT_PROCESSES, 1000",
        "PTY_TERMINAL_COLS, 1",
        "EXECUTOR_TYPE, pty",
        "STREAMING_TYPE, stub",
        "SSE_KEEPALIVE_INTERVAL, 100",
        "SSE_MAX_CONNECTIONS, 100000",
        "SOMETHING_ELSE, whatever"
    })
    void what_is_allowed_passes(String name, String value) {
        assertThat(problems(Map.of(name, value))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PORT                     | 0        | a whole number from 1 to 65535
            PORT                     | 65536    | a whole number from 1 to 65535
            PORT                     | 3001/tcp | a whole number from 1 to 65535
            PORT                     | -1       | a whole number from 1 to 65535
            PORT                     | 99999999999999999999 | a whole number from 1 to 65535
            NODE_ENV                 | test     | one of development, production
            LOG_LEVEL                | INFO     | one of debug, error, info, warn
            PTY_TIMEOUT_MS           | 999      | a whole number from 1000 to 86400000
            PTY_TIMEOUT_MS           | 5m       | a whole number from 1000 to 86400000
            MAX_CONCURRENT_PROCESSES | 0        | a whole number from 1 to 1000
            PTY_TERMINAL_COLS        | 1001     | a whole number from 1 to 1000
            PTY_TERMINAL_ROWS        | 24.5     | a whole number from 1 to 1000
            EXECUTOR_TYPE            | a CLI    | auto, or the name of an executor
            STREAMING_TYPE           | ws       | one of sse, stub
            SSE_KEEPALIVE_INTERVAL   | 15s      | a whole number from 100 to 600000
            SSE_MAX_CONNECTIONS      | 0        | a whole number from 1 to 100000
            """)
    void a_wrong_value_is_one_line_with_the_key_the_value_and_what_is_allowed(
            String name, String value, String allowed) {
        assertThat(problems(Map.of(name, value)))
                .containsExactly("%s=%s is not allowed: %s".formatted(name, value, allowed));
    }

    @ParameterizedTest
    @CsvSource({"HOST, ''", "HOST, ' '", "CLAUDE_CLI_PATH, ''"})
    void an_empty_value_is_told(String name, String value) {
        assertThat(problems(Map.of(name, value))).containsExactly(name + " is empty: give a value, or leave it out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db/worker",
                "jdbc:postgresql://db:5432/worker?sslmode=require",
                "jdbc:postgresql://a:1,b:2/worker?targetServerType=primary",
                "jdbc:postgresql:worker",
                ""
            })
    void a_postgresql_url_passes(String url) {
        assertThat(problems(Map.of("WORKER_STORAGE_JDBC_URL", url))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://db/worker?password=secret",
                "postgresql://db/worker?password=secret",
                "jdbc:postgresql://db:5432?password=secret",
                "jdbc:postgresql://?password=secret",
                "secret"
            })
    void another_url_is_told_and_never_shown(String url) {
        assertThat(problems(Map.of("WORKER_STORAGE_JDBC_URL", url)))
                .singleElement()
                .asString()
                .startsWith("WORKER_STORAGE_JDBC_URL is not allowed: jdbc:postgresql://")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "WORKER_STORAGE_PASSWROD, WORKER_STORAGE_PASSWORD",
        "WORKER_STORAGE_PASWORD, WORKER_STORAGE_PASSWORD",
        "WORKER_STORAGE_JDBCURL, WORKER_STORAGE_JDBC_URL",
        "WORKER_DB_PASSWORD, ''",
        "WORKER_SOMETHING_ELSE, ''"
    })
    void of_an_unknown_setting_the_name_is_told_with_the_nearest_known_one_and_never_the_value(
            String name, String nearest) {
        assertThat(problems(Map.of(name, "sesame")))
                .singleElement()
                .asString()
                .isEqualTo(name + " is an unknown setting" + (nearest.isEmpty() ? "" : " (is it " + nearest + "?)")
                        + ": docs/configuration.md lists them");
    }

    @Test
    void every_wrong_value_is_told_at_once() {
        assertThat(problems(Map.of("PORT", "x", "EXECUTOR_TYPE", "x", "HOST", "")))
                .hasSize(3);
    }

    @Test
    void a_data_directory_is_made_and_left_clean() throws IOException {
        Path data = directory.resolve("not/yet");
        assertThat(StartupChecks.problems(Map.of("WORKER_STORAGE_DATA_DIR", data.toString())))
                .isEmpty();
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void a_data_directory_that_is_a_file_is_told() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(StartupChecks.problems(Map.of("WORKER_STORAGE_DATA_DIR", file.toString())))
                .singleElement()
                .asString()
                .startsWith("WORKER_STORAGE_DATA_DIR=" + file + " is not writable (")
                .endsWith("): give a directory that this user may write");
    }

    @Test
    void settings_that_can_t_name_the_environment_are_derived_from_it() {
        assertThat(StartupChecks.properties(Map.of("WORKER_STORAGE_DATA_DIR", "some/../where")))
                .containsOnly(Map.entry(
                        "worker.storage.data-dir",
                        Path.of("where").toAbsolutePath().toString()));
        assertThat(StartupChecks.properties(Map.of("LOG_LEVEL", "debug", "NODE_ENV", "development")))
                .containsEntry("quarkus.log.level", "DEBUG")
                .containsEntry("quarkus.log.console.json.enabled", "false")
                .containsEntry(
                        "worker.storage.data-dir",
                        Path.of("data").toAbsolutePath().toString());
    }

    @Test
    void a_log_file_is_written_where_its_directory_can_be() {
        String file = directory.resolve("worker.log").toString();
        assertThat(StartupChecks.properties(Map.of("WORKER_LOG_FILE", file)))
                .containsEntry("quarkus.log.file.enabled", "true")
                .containsEntry("quarkus.log.file.path", file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "missing/worker.log", "/proc/worker.log/x", "not\0a path"})
    void elsewhere_none_is(String file) {
        assertThat(StartupChecks.properties(Map.of("WORKER_LOG_FILE", file)))
                .doesNotContainKeys("quarkus.log.file.enabled", "quarkus.log.file.path");
    }

    private List<String> problems(Map<String, String> environment) {
        Map<String, String> whole = new HashMap<>(environment);
        whole.put("WORKER_STORAGE_DATA_DIR", directory.toString());
        return StartupChecks.problems(whole);
    }
}
