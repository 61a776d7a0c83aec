package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.PermissionMode;
import org.claudecluster.worker.task.SettingSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandLineTest {

    private static final UUID SESSION = UUID.fromString("01020304-0506-4708-890a-0b0c0d0e0f10");
    private static final UUID RESUMED = UUID.fromString("11020304-0506-4708-890a-0b0c0d0e0f10");

    private static final ClaudeOptions ALL = new ClaudeOptions(
            Optional.of("sonnet"),
            Optional.of(3),
            Optional.of(new BigDecimal("1E+1")),
            Optional.of(PermissionMode.PLAN),
            List.of("Bash(git log *)", "Read"),
            List.of("WebFetch"),
            Optional.of("--be brief\nplease"),
            Optional.of(RESUMED),
            Optional.of("{\"mcpServers\":{}}"),
            Optional.of("{\"type\":\"object\"}"),
            SettingSource.DEFAULT,
            Optional.of("haiku"));

    @Test
    void a_plain_run_names_every_default_that_changed_between_versions() {
        assertThat(CommandLine.of(ClaudeOptions.NONE, SESSION, false, List.of()))
                .containsExactly(
                        "-p",
                        "--output-format=stream-json",
                        "--verbose",
                        "--setting-sources=user",
                        "--strict-mcp-config",
                        "--permission-mode=dontAsk",
                        "--session-id=" + SESSION);
    }

    @Test
    void every_option_is_one_element_with_its_value() {
        assertThat(CommandLine.of(ALL, SESSION, false, List.of()))
                .contains(
                        "--permission-mode=plan",
                        "--resume=" + RESUMED,
                        "--model=sonnet",
                        "--fallback-model=haiku",
                        "--max-turns=3",
                        "--max-budget-usd=10",
                        "--append-system-prompt=--be brief\nplease",
                        "--mcp-config={\"mcpServers\":{}}",
                        "--json-schema={\"type\":\"object\"}",
                        "--allowedTools=Bash(git log *),Read",
                        "--disallowedTools=WebFetch")
                .allMatch(argument -> argument.startsWith("-"));
    }

    @Test
    void a_resumed_session_is_not_made_anew() {
        assertThat(CommandLine.of(ALL, SESSION, false, List.of()))
                .noneMatch(argument -> argument.startsWith("--session-id"));
    }

    @Test
    void a_session_that_an_earlier_attempt_began_is_gone_on_with() {
        assertThat(CommandLine.of(ClaudeOptions.NONE, SESSION, true, List.of()))
                .contains("--resume=" + SESSION)
                .noneMatch(argument -> argument.startsWith("--session-id"));
    }

    @ParameterizedTest
    @EnumSource(PermissionMode.class)
    void each_permission_mode_goes_by_its_wire_name(PermissionMode mode) {
        ClaudeOptions options = new ClaudeOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(mode),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                SettingSource.DEFAULT,
                Optional.empty());
        assertThat(CommandLine.of(options, SESSION, false, List.of())).contains("--permission-mode=" + mode.wire());
    }

    @Test
    void a_checkout_s_servers_start_only_where_its_settings_are_asked_for() {
        assertThat(CommandLine.of(from(SettingSource.USER, SettingSource.PROJECT), SESSION, false, List.of()))
                .contains("--setting-sources=user,project")
                .doesNotContain("--strict-mcp-config");
        assertThat(CommandLine.of(from(SettingSource.LOCAL), SESSION, false, List.of()))
                .contains("--setting-sources=local", "--strict-mcp-config");
    }

    private static ClaudeOptions from(SettingSource... sources) {
        return new ClaudeOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(sources),
                Optional.empty());
    }

    @Test
    void files_of_unreadable_directories_are_denied_by_absolute_path() {
        List<Path> unreadable = List.of(Path.of("/var/lib/worker/cli"), Path.of("/etc/keys"));
        assertThat(CommandLine.of(ClaudeOptions.NONE, SESSION, false, unreadable))
                .endsWith("--disallowedTools=Read(//var/lib/worker/cli/**),Read(//etc/keys/**)");
        assertThat(CommandLine.of(ALL, SESSION, false, unreadable))
                .endsWith("--disallowedTools=WebFetch,Read(//var/lib/worker/cli/**),Read(//etc/keys/**)");
    }
}
