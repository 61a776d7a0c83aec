package org.claudecluster.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigDefaultsTest {

    @Test
    void a_worker_has_5_slots_and_leases_of_30_seconds() {
        WorkerConfig worker = config(Map.of()).getConfigMapping(WorkerConfig.class);
        assertThat(worker.id()).isEmpty();
        assertThat(worker.name()).isEmpty();
        assertThat(worker.environment()).isEqualTo("production");
        assertThat(worker.slots().max()).isEqualTo(5);
        assertThat(worker.workspace().secretsDir()).isEqualTo(Path.of("/app/secrets"));
        assertThat(worker.workspace().sshKey()).isEmpty();
        assertThat(worker.workspace().sshKnownHosts()).isEmpty();
        assertThat(worker.workspace().gitUserName()).contains("Claude");
        assertThat(worker.workspace().gitUserEmail()).contains("claude@claudecluster.invalid");
        assertThat(worker.queue().capacity()).isEqualTo(100_000);
        assertThat(worker.queue().poll()).isEqualTo(Duration.ofSeconds(1));
        assertThat(worker.queue().ageing()).isEqualTo(Duration.ofSeconds(30));
        assertThat(worker.lease().duration()).isEqualTo(Duration.ofSeconds(30));
        assertThat(worker.lease().renew()).isEqualTo(Duration.ofSeconds(10));
        assertThat(worker.lease().margin()).isEqualTo(Duration.ofSeconds(5));
        assertThat(worker.affinity().patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(worker.task().timeoutMs()).isEqualTo(300_000);
        assertThat(worker.task().env()).isEmpty();
        assertThat(worker.task().memory().asLongValue()).isEqualTo(4L << 30);
        assertThat(worker.task().processes()).isEqualTo(512);
        assertThat(worker.task().disk().asLongValue()).isEqualTo(20L << 30);
        assertThat(worker.task().home()).isEqualTo(WorkerConfig.Task.Home.OWN);
        assertThat(worker.drain().timeout()).isEqualTo(Duration.ofSeconds(25));
        assertThat(worker.limits().park()).isTrue();
        assertThat(worker.limits().maxParks()).isEqualTo(10);
        assertThat(worker.limits().maxWait()).isEqualTo(Duration.ofDays(8));
        assertThat(worker.stop().patience()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void a_connection_is_bounded_in_time_and_number() {
        WorkerConfig.Http http =
                config(Map.of()).getConfigMapping(WorkerConfig.class).http();
        assertThat(http.maxConnections()).isEmpty();
        assertThat(http.maxTranscripts()).isEqualTo(200);
        assertThat(http.maxWorkspaces()).isEqualTo(50);
        assertThat(http.headerTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(http.bodyTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(http.idleTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(http.writeTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void nobody_is_let_in_but_as_the_address_allows() {
        AccessConfig access = config(Map.of()).getConfigMapping(AccessConfig.class);
        assertThat(access.mode()).isEqualTo(AccessConfig.Mode.AUTO);
        assertThat(access.hosts()).isEmpty();
        assertThat(access.keysFile()).isEmpty();
        assertThat(access.metrics()).isFalse();
        assertThat(access.oidc()).isEmpty();
    }

    @Test
    void an_executor_is_found_by_itself_and_has_a_terminal_of_80_by_24() {
        ExecutorConfig executor = config(Map.of()).getConfigMapping(ExecutorConfig.class);
        assertThat(executor.type()).isEqualTo(ExecutorConfig.Type.AUTO);
        assertThat(executor.cliPath()).isEqualTo("claude");
        assertThat(executor.launcher()).isEqualTo(ExecutorConfig.Launcher.AUTO);
        assertThat(executor.cgroup()).isEqualTo(ExecutorConfig.Cgroup.AUTO);
        assertThat(executor.debuggable()).isFalse();
        assertThat(executor.terminal().cols()).isEqualTo(80);
        assertThat(executor.terminal().rows()).isEqualTo(24);
        assertThat(executor.grace().interrupt()).isEqualTo(Duration.ofSeconds(3));
        assertThat(executor.grace().soft()).isEqualTo(Duration.ofSeconds(30));
        assertThat(executor.grace().terminate()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void credentials_are_looked_for_in_app_auth_and_never_tried_by_a_call_that_nobody_asked_for() {
        AuthConfig auth = config(Map.of()).getConfigMapping(AuthConfig.class);
        assertThat(auth.file()).isEqualTo(Path.of("/app/auth/config.json"));
        assertThat(auth.poll()).isEqualTo(Duration.ofSeconds(2));
        assertThat(auth.verify()).isFalse();
        assertThat(auth.verifyModel()).isEmpty();
        assertThat(auth.retry()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void a_run_may_be_silent_for_ten_minutes_and_linger_for_ten_seconds() {
        WatchdogConfig watchdog = config(Map.of()).getConfigMapping(WatchdogConfig.class);
        assertThat(watchdog.firstByte()).isEqualTo(Duration.ofSeconds(60));
        assertThat(watchdog.noOutput()).isEqualTo(Duration.ofMinutes(10));
        assertThat(watchdog.lingering()).isEqualTo(Duration.ofSeconds(10));
        assertThat(watchdog.prompt()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void what_is_kept_lies_in_data_and_is_flushed_four_times_a_second() {
        StorageConfig storage = config(Map.of()).getConfigMapping(StorageConfig.class);
        assertThat(storage.dataDir()).isEqualTo(Path.of("data"));
        assertThat(storage.workspaceRoot()).isEmpty();
        assertThat(storage.jdbcUrl()).isEmpty();
        assertThat(storage.username()).isEmpty();
        assertThat(storage.password()).isEmpty();
        assertThat(storage.patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(storage.flush()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void streams_are_on_and_bounded() {
        StreamConfig stream = config(Map.of()).getConfigMapping(StreamConfig.class);
        assertThat(stream.type()).isEqualTo(StreamConfig.Type.SSE);
        assertThat(stream.keepaliveMs()).isEqualTo(15_000);
        assertThat(stream.maxConnections()).isEqualTo(1_000);
        assertThat(stream.stall()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void of_a_task_8_mebibytes_may_wait_for_the_log() {
        TranscriptConfig transcript = config(Map.of()).getConfigMapping(TranscriptConfig.class);
        assertThat(transcript.buffer().asLongValue()).isEqualTo(8L * 1024 * 1024);
        assertThat(transcript.atCap()).isEqualTo(TranscriptConfig.AtCap.CUT);
    }

    @Test
    void tasks_are_kept_for_a_month_and_transcripts_for_a_week() {
        WorkerConfig.Retention retention =
                config(Map.of()).getConfigMapping(WorkerConfig.class).retention();
        assertThat(retention.tasks()).isEqualTo(Duration.ofDays(30));
        assertThat(retention.transcripts()).isEqualTo(Duration.ofDays(7));
        assertThat(retention.workspaces()).isEqualTo(Duration.ofDays(7));
        assertThat(retention.interval()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void log_lines_go_to_standard_output_only() {
        assertThat(config(Map.of()).getConfigMapping(LogConfig.class).file()).isEmpty();
    }

    @Test
    void a_task_s_variables_keep_their_names() {
        WorkerConfig worker = config(Map.of("worker.task.env.GITHUB_TOKEN", "t", "worker.task.env.a-b", "c"))
                .getConfigMapping(WorkerConfig.class);
        assertThat(worker.task().env()).containsOnlyKeys("GITHUB_TOKEN", "a-b");
    }

    @ParameterizedTest
    @CsvSource({"worker.lease.duraton, 30s", "worker.lease.duration, soon", "worker.slots.max, many"})
    void an_unknown_key_or_a_wrong_value_stops_the_start_by_its_name(String key, String value) {
        assertThatThrownBy(() -> config(Map.of(key, value))).hasMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource({
        "worker.slots.max, 0",
        "worker.slots.max, 1001",
        "worker.queue.capacity, -1",
        "worker.task.timeout-ms, 86400001",
        "worker.executor.terminal.rows, 1001",
        "worker.stream.keepalive-ms, 99",
        "worker.lease.duration, 3651d",
        "worker.retention.tasks, PT9999999999H",
        "worker.drain.timeout, -1s",
        "worker.auth.poll, 0s",
        "worker.queue.ageing, 366d",
        "worker.transcript.buffer, 255K",
        "worker.transcript.cap, 1023K",
        "worker.task.memory, 99999999999999999999G"
    })
    void a_number_out_of_bounds_stops_the_start_by_its_name(String key, String value) {
        assertThatThrownBy(() -> config(Map.of(key, value)))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource({"worker.id, 151", "worker.name, 201", "worker.labels, 201", "worker.auth.verify-model, 201"})
    void a_text_that_is_too_long_stops_the_start_by_its_name(String key, int length) {
        assertThat(config(Map.of(key, "x".repeat(length - 1)))).isNotNull();
        assertThatThrownBy(() -> config(Map.of(key, "x".repeat(length))))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(key);
    }

    @Test
    void each_wrong_value_is_named() {
        assertThatThrownBy(() -> config(Map.of("worker.slots.max", "0", "worker.queue.capacity", "0")))
                .hasMessageContaining("worker.slots.max")
                .hasMessageContaining("worker.queue.capacity");
    }

    @Test
    void both_ends_are_allowed() {
        assertThat(config(Map.of("worker.slots.max", "1000", "worker.executor.terminal.cols", "1")))
                .isNotNull();
        assertThat(config(Map.of("worker.queue.ageing", "365d", "worker.transcript.cap", "1024K")))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, 4000, quarkus.http.port",
        "HOST, 127.0.0.1, quarkus.http.host",
        "NODE_ENV, development, worker.environment",
        "LOG_LEVEL, debug, quarkus.log.level",
        "CLAUDE_CLI_PATH, /opt/claude, worker.executor.cli-path",
        "PTY_TIMEOUT_MS, 1234, worker.task.timeout-ms",
        "MAX_CONCURRENT_PROCESSES, 7, worker.slots.max",
        "PTY_TERMINAL_COLS, 132, worker.executor.terminal.cols",
        "PTY_TERMINAL_ROWS, 50, worker.executor.terminal.rows",
        "EXECUTOR_TYPE, stub, worker.executor.type",
        "STREAMING_TYPE, stub, worker.stream.type",
        "SSE_KEEPALIVE_INTERVAL, 500, worker.stream.keepalive-ms",
        "SSE_MAX_CONNECTIONS, 12, worker.stream.max-connections",
        "WORKER_ID, w-1, worker.id",
        "WORKER_NAME, one, worker.name",
        "WORKER_LEASE_DURATION, 45s, worker.lease.duration"
    })
    void an_environment_name_reaches_its_key(String name, String value, String key) throws IOException {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                // Not all system properties: other tests of this JVM set some.
                .withSources(
                        new PropertiesConfigSource(Map.of("user.dir", System.getProperty("user.dir")), "user.dir", 400))
                .withSources(new EnvConfigSource(Map.of(name, value), 300))
                .withSources(new PropertiesConfigSource(
                        Path.of("src/main/resources/application.properties")
                                .toUri()
                                .toURL(),
                        250))
                .build();
        assertThat(config.getConfigValue(key).getValue()).isEqualTo(value);
    }

    private static SmallRyeConfig config(Map<String, String> given) {
        return new SmallRyeConfigBuilder()
                .withCustomizers(new SettingsValidator())
                .withSources(new PropertiesConfigSource(given, "given", 100))
                .withConverter(Duration.class, 200, new DurationConverter())
                .withConverter(MemorySize.class, 200, new MemorySizeConverter())
                .withMapping(WorkerConfig.class)
                .withMapping(AccessConfig.class)
                .withMapping(AuthConfig.class)
                .withMapping(ExecutorConfig.class)
                .withMapping(StorageConfig.class)
                .withMapping(StreamConfig.class)
                .withMapping(TranscriptConfig.class)
                .withMapping(WatchdogConfig.class)
                .withMapping(LogConfig.class)
                .build();
    }
}
