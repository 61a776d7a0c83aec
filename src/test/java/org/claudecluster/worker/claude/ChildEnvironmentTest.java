package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildEnvironmentTest {

    private static final Path HOME = Path.of("/state/home");
    private static final Path CONFIG = Path.of("/state/claude");
    private static final Path TEMPORARY = Path.of("/state/tmp/1");

    @Test
    void a_worker_without_any_environment_gives_its_tasks_a_working_one() {
        assertThat(built(Map.of(), Map.of()))
                .containsOnly(
                        Map.entry("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                        Map.entry("LANG", "C.UTF-8"),
                        Map.entry("TERM", "xterm-256color"),
                        Map.entry("DISABLE_AUTOUPDATER", "1"),
                        Map.entry("DISABLE_TELEMETRY", "1"),
                        Map.entry("DISABLE_ERROR_REPORTING", "1"),
                        Map.entry("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
                        Map.entry("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
                        Map.entry("CLAUDE_CODE_MAX_RETRIES", "4"),
                        Map.entry("HOME", "/state/home"),
                        Map.entry("CLAUDE_CONFIG_DIR", "/state/claude"),
                        Map.entry("CLAUDE_CODE_TMPDIR", "/state/tmp/1"),
                        Map.entry("TMPDIR", "/state/tmp/1"),
                        Map.entry(ChildEnvironment.MARKER, "task-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATH",
                "LANG",
                "LC_ALL",
                "TZ",
                "HTTPS_PROXY",
                "no_proxy",
                "NODE_EXTRA_CA_CERTS",
                "SSL_CERT_FILE",
                "IS_SANDBOX",
                "API_TIMEOUT_MS",
                "ANTHROPIC_BASE_URL",
                "ANTHROPIC_MODEL",
                "CLAUDE_CODE_USE_BEDROCK",
                "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
                "DISABLE_TELEMETRY",
                "BASH_MAX_TIMEOUT_MS",
                "MCP_TIMEOUT",
                "AWS_REGION"
            })
    void what_the_cli_and_its_tools_need_is_taken_over(String name) {
        assertThat(built(Map.of(name, "own"), Map.of())).containsEntry(name, "own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "ANTHROPIC_CUSTOM_HEADERS",
                "ANTHROPIC_FOUNDRY_API_KEY",
                "CLAUDE_CODE_OAUTH_TOKEN",
                "CLAUDE_CODE_OAUTH_REFRESH_TOKEN",
                "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
                "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
                "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
                "MCP_CLIENT_SECRET",
                "QUARKUS_DATASOURCE_SHARED_PASSWORD",
                "DATABASE_URL",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
                "GITHUB_TOKEN",
                "KUBERNETES_SERVICE_HOST",
                "JAVA_TOOL_OPTIONS",
                "LD_PRELOAD",
                "WORKER_ID",
                "HOSTNAME"
            })
    void secrets_and_whatever_is_not_named_stay_with_the_worker(String name) {
        assertThat(built(Map.of(name, "own"), Map.of())).doesNotContainKey(name).doesNotContainValue("own");
    }

    @Test
    void the_worker_s_own_directories_are_not_the_task_s() {
        Map<String, String> own = Map.of("HOME", "/root", "TMPDIR", "/tmp", "CLAUDE_CONFIG_DIR", "/root/.claude");
        assertThat(built(own, Map.of()))
                .containsEntry("HOME", "/state/home")
                .containsEntry("TMPDIR", "/state/tmp/1")
                .containsEntry("CLAUDE_CONFIG_DIR", "/state/claude");
    }

    @Test
    void what_the_configuration_names_wins_secrets_included() {
        Map<String, String> extra = Map.of("GITHUB_TOKEN", "given", "LANG", "de_DE.UTF-8", "HOME", "/elsewhere");
        assertThat(built(Map.of("LANG", "en"), extra)).containsAllEntriesOf(extra);
    }

    @Test
    void the_marker_wins_over_everything() {
        Map<String, String> wrong = Map.of(ChildEnvironment.MARKER, "wrong");
        assertThat(built(wrong, wrong)).containsEntry(ChildEnvironment.MARKER, "task-1");
    }

    private static Map<String, String> built(Map<String, String> own, Map<String, String> extra) {
        return new HashMap<>(new ChildEnvironment(own).of(extra, "task-1", HOME, CONFIG, TEMPORARY));
    }
}
