package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "ANTHROPIC_CUSTOM_HEADERS",
                "ANTHROPIC_BEDROCK_BASE_URL",
                "ANTHROPIC_VERTEX_PROJECT_ID",
                "ANTHROPIC_FOUNDRY_RESOURCE",
                "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION",
                "CLAUDE_CODE_CLIENT_CERT",
                "CLAUDE_CODE_CLIENT_KEY",
                "CLAUDE_CODE_CERT_STORE",
                "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
                "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
                "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
                "CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS",
                "CLAUDE_CODE_HOST_CREDS_FILE",
                "CLAUDE_STREAM_IDLE_TIMEOUT_MS",
                "MAX_THINKING_TOKENS",
                "MAX_MCP_OUTPUT_TOKENS",
                "DISABLE_TELEMETRY",
                "BASH_MAX_TIMEOUT_MS",
                "BASH_DEFAULT_TIMEOUT_MS",
                "MCP_TIMEOUT",
                "MCP_TOOL_TIMEOUT",
                "AWS_REGION",
                "CLOUD_ML_REGION",
                "http_proxy",
                "HTTP_PROXY",
                "SSL_CERT_DIR",
                "GIT_SSL_CAPATH"
            })
    void what_the_cli_and_its_tools_need_is_taken_over(String name) {
        assertThat(built(Map.of(name, "own"), Map.of())).containsEntry(name, "own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "ANTHROPIC_AWS_API_KEY",
                "ANTHROPIC_FOUNDRY_API_KEY",
                "ANTHROPIC_WEBHOOK_SIGNING_KEY",
                "ANTHROPIC_IDENTITY_TOKEN",
                "ANTHROPIC_IDENTITY_TOKEN_FILE",
                "CLAUDE_CODE_USE_BEDROCK",
                "CLAUDE_CODE_GATEWAY_TOKEN",
                "CLAUDE_CODE_SESSION_ID",
                "CLAUDE_CODE_SESSION_ACCESS_TOKEN",
                "CLAUDE_CODE_CHILD_SESSION",
                "CLAUDE_CODE_ENTRYPOINT",
                "CLAUDECODE",
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
                "AWS_ROLE_ARN",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_BEARER_TOKEN_BEDROCK",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "AZURE_CLIENT_SECRET",
                "OTEL_EXPORTER_OTLP_HEADERS",
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

    @ParameterizedTest
    @CsvSource({
        "CLAUDE_CODE_USE_BEDROCK, AWS_ROLE_ARN",
        "CLAUDE_CODE_USE_BEDROCK, AWS_WEB_IDENTITY_TOKEN_FILE",
        "CLAUDE_CODE_USE_BEDROCK, AWS_PROFILE",
        "CLAUDE_CODE_USE_BEDROCK, AWS_SECRET_ACCESS_KEY",
        "CLAUDE_CODE_USE_BEDROCK, AWS_SESSION_TOKEN",
        "CLAUDE_CODE_USE_BEDROCK, AWS_BEARER_TOKEN_BEDROCK",
        "CLAUDE_CODE_USE_BEDROCK, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "CLAUDE_CODE_USE_BEDROCK, AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "CLAUDE_CODE_USE_BEDROCK, AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "CLAUDE_CODE_USE_MANTLE, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "CLAUDE_CODE_USE_ANTHROPIC_AWS, ANTHROPIC_AWS_API_KEY",
        "CLAUDE_CODE_USE_VERTEX, GOOGLE_APPLICATION_CREDENTIALS",
        "CLAUDE_CODE_USE_VERTEX, GCE_METADATA_HOST",
        "CLAUDE_CODE_USE_VERTEX, VERTEX_REGION_CLAUDE_5_SONNET",
        "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD, CLOUDSDK_CONFIG",
        "CLAUDE_CODE_USE_FOUNDRY, ANTHROPIC_FOUNDRY_API_KEY",
        "CLAUDE_CODE_USE_FOUNDRY, AZURE_CLIENT_SECRET",
        "CLAUDE_CODE_USE_FOUNDRY, AZURE_FEDERATED_TOKEN_FILE",
        "CLAUDE_CODE_USE_FOUNDRY, IDENTITY_HEADER"
    })
    void a_provider_that_is_chosen_brings_its_variables_and_no_other_does(String chosen, String name) {
        assertThat(built(Map.of(name, "own"), Map.of(chosen, "1"))).containsEntry(name, "own");
        assertThat(built(Map.of(name, "own"), Map.of(chosen, "0"))).doesNotContainKey(name);
        assertThat(built(Map.of(name, "own", chosen, "1"), Map.of())).doesNotContainKeys(name, chosen);
    }

    @Test
    void one_provider_does_not_bring_another_s() {
        Map<String, String> own = Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/g", "AZURE_CLIENT_SECRET", "s");
        assertThat(built(own, Map.of("CLAUDE_CODE_USE_BEDROCK", "1")))
                .doesNotContainKeys("GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET");
    }

    @Test
    void the_pass_phrase_comes_with_the_client_key_that_it_opens() {
        Map<String, String> own = Map.of("CLAUDE_CODE_CLIENT_KEY_PASSPHRASE", "secret");
        assertThat(built(own, Map.of())).doesNotContainKey("CLAUDE_CODE_CLIENT_KEY_PASSPHRASE");
        assertThat(built(own, Map.of("CLAUDE_CODE_CLIENT_KEY", "/k"))).containsAllEntriesOf(own);
    }

    @Test
    void telemetry_that_is_switched_on_brings_where_it_goes() {
        Map<String, String> own =
                Map.of("CLAUDE_CODE_ENABLE_TELEMETRY", "1", "OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer x");
        assertThat(built(own, Map.of())).containsAllEntriesOf(own);
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
