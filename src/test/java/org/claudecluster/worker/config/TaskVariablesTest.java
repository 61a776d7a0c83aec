package org.claudecluster.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskVariablesTest {

    @Test
    void what_the_environment_names_arrives_by_that_name() {
        assertThat(variables(
                        Map.of(
                                "WORKER_TASK_ENV_GIT_TOKEN", "x",
                                "WORKER_TASK_ENV_A__B_1", "y",
                                "WORKER_TASK_ENV__X", "z",
                                "WORKER_TASK_ENV_EMPTY", "",
                                "WORKER_TASK_ENV_DOLLAR", "${HOME}",
                                "WORKER_TASK_ENV_HTTP_PROXY", "upper",
                                "WORKER_TASK_ENV_http_proxy", "lower"),
                        Map.of()))
                .containsOnly(
                        Map.entry("GIT_TOKEN", "x"),
                        Map.entry("A__B_1", "y"),
                        Map.entry("_X", "z"),
                        Map.entry("EMPTY", ""),
                        Map.entry("DOLLAR", "${HOME}"),
                        Map.entry("HTTP_PROXY", "upper"),
                        Map.entry("http_proxy", "lower"));
    }

    @Test
    void what_a_file_names_keeps_its_case() {
        assertThat(variables(Map.of(), Map.of("worker.task.env.npm_config_cache", "/c", "worker.task.env.EMPTY", "")))
                .containsOnly(Map.entry("npm_config_cache", "/c"), Map.entry("EMPTY", ""));
    }

    @Test
    void the_environment_beats_a_file_and_each_name_stays_what_it_is() {
        assertThat(variables(
                        Map.of("WORKER_TASK_ENV_GIT_TOKEN", "environment", "WORKER_TASK_ENV_HTTP_PROXY", "environment"),
                        Map.of("worker.task.env.GIT_TOKEN", "file", "worker.task.env.http_proxy", "file")))
                .containsOnly(
                        Map.entry("GIT_TOKEN", "environment"),
                        Map.entry("HTTP_PROXY", "environment"),
                        Map.entry("http_proxy", "file"));
    }

    @Test
    void a_system_property_beats_the_environment() {
        var config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(Map.of("WORKER_TASK_ENV_A_B", "environment"), 300))
                .withSources(new PropertiesConfigSource(Map.of("worker.task.env.A_B", "property"), "system", 400))
                .build();
        assertThat(TaskVariables.of(config).values()).containsOnly(Map.entry("A_B", "property"));
    }

    @Test
    void an_empty_value_does_not_stop_the_start() {
        var config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(Map.of("task.env.EMPTY", ""), "file", 250))
                .withMapping(WorkerConfig.Task.class, "task")
                .withConverter(
                        io.quarkus.runtime.configuration.MemorySize.class,
                        200,
                        new io.quarkus.runtime.configuration.MemorySizeConverter())
                .build();
        assertThat(config.getConfigMapping(WorkerConfig.Task.class, "task").env())
                .containsOnlyKeys("EMPTY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1A",
                "A-B",
                "a.b",
                "A B",
                "Ä",
                "CLAUDECLUSTER_TASK",
                "CLAUDECLUSTER_RUN",
                "CLAUDE_CONFIG_DIR",
                "CLAUDE_CODE_TMPDIR",
                "CLAUDE_SECURESTORAGE_CONFIG_DIR",
                "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR"
            })
    void a_name_that_is_none_or_that_is_the_worker_s_own_is_refused_without_its_value(String name) {
        assertThatThrownBy(() -> new TaskVariables(Map.of(name, "secret-value")))
                .hasMessageContaining("worker.task.env." + name)
                .hasMessageNotContaining("secret-value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "HOME", "TMPDIR", "GIT_TOKEN", "_", "a1", "CLAUDE_CODE_MAX_RETRIES", "EMAIL"})
    void any_other_may_be_given(String name) {
        assertThat(new TaskVariables(Map.of(name, "x")).values()).containsKey(name);
    }

    @Test
    void a_value_is_as_long_as_the_kernel_takes_it_in_bytes() {
        assertThat(new TaskVariables(Map.of("AB", "x".repeat(131_068))).values())
                .hasSize(1);
        assertThat(Stream.of("x".repeat(131_069), "\u20ac".repeat(43_690), "secret\0"))
                .allSatisfy(value -> assertThatThrownBy(() -> new TaskVariables(Map.of("AB", value)))
                        .hasMessageStartingWith("worker.task.env.AB is not allowed: ")
                        .hasMessageNotContaining(value));
    }

    @Test
    void the_text_form_shows_no_value() {
        assertThat(new TaskVariables(Map.of("A", "secret-value")).toString())
                .contains("A")
                .doesNotContain("secret");
    }

    private static Map<String, String> variables(Map<String, String> environment, Map<String, String> file) {
        return TaskVariables.of(new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .withSources(new EnvConfigSource(environment, 300))
                        .withSources(new PropertiesConfigSource(file, "file", 250))
                        .build())
                .values();
    }
}
