package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.observe.Meters;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.terminal.CgroupUse;
import org.claudecluster.worker.terminal.Containment;
import org.claudecluster.worker.terminal.Grace;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.TerminalSize;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a script that answers as the CLI does, and says on demand what it was asked. */
class AuthWatchTest {

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final List<AuthState> told = new ArrayList<>();
    private Path file;

    @SuppressWarnings("NullAway.Init") // made by watch(), which every test calls first
    private Credentials credentials;

    @BeforeEach
    void install() throws IOException {
        file = Files.createDirectories(directory.resolve("app/auth")).resolve("config.json");
        Path cli = directory.resolve("cli");
        Files.writeString(cli, """
                #!/bin/sh
                cd '%s'
                echo "$1 $2" >> asked
                case "$1" in
                    --version) echo '9.9.9 (a script)' ;;
                    auth) cat status ;;
                    *) cat turn; exit 1 ;;
                esac
                """.formatted(directory));
        Files.setPosixFilePermissions(cli, PosixFilePermissions.fromString("rwx------"));
        status(true);
    }

    @Test
    void without_any_credential_the_cli_is_asked_and_a_file_that_comes_later_mends_it() throws IOException {
        status(false);
        AuthWatch watch = watch(Map.of(), false);
        watch.look();
        assertThat(told).last().isEqualTo(AuthState.MISSING);
        assertThat(credentials.status().reason()).contains(Credentials.NONE);

        status(true);
        Files.writeString(file, "{\"apiKey\":\"k\"}");
        watch.look();

        assertThat(told).last().isEqualTo(AuthState.UNKNOWN);
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void auto_takes_the_stub_where_there_is_no_credential_and_says_so() throws IOException {
        status(false);
        PtyExecutor pty = pty(Map.of());
        ExecutorStrategy strategy = new ExecutorStrategy(new StubExecutor(), pty, ExecutorType.AUTO);
        assertThat(strategy.choice().active().type()).isEqualTo(ExecutorType.STUB);
        assertThat(strategy.choice().whyNoPty()).contains(Credentials.NONE);
    }

    @Test
    void a_cli_that_does_not_speak_of_credentials_is_believed() throws IOException {
        Files.writeString(directory.resolve("status"), "what?\n");
        AuthWatch watch = watch(Map.of(), false);
        watch.look();
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void a_new_credential_is_tried_by_a_turn_where_that_is_wanted() throws IOException {
        turn("success", "true", "401");
        AuthWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), true);
        watch.look();
        assertThat(told).last().isEqualTo(AuthState.REFUSED);
        assertThat(asked()).containsExactly("--version ", "auth status", "-p --output-format=stream-json");
        watch.look();
        assertThat(asked()).hasSize(3);
    }

    @Test
    void without_that_wish_nothing_is_spent_at_the_start() throws IOException {
        turn("success", "true", "401");
        AuthWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        watch.look();
        assertThat(asked()).containsExactly("--version ", "auth status");
    }

    @Test
    void what_the_api_has_refused_is_tried_again_by_a_turn_when_it_is_due() throws IOException {
        turn("success", "true", "401");
        AuthWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        credentials.refused(credentials.current(), "said the API");
        watch.look();
        assertThat(asked()).hasSize(2);
        clock.advance(Duration.ofSeconds(60));
        watch.look();
        assertThat(asked()).hasSize(3);
        assertThat(credentials.status().state()).isEqualTo(AuthState.REFUSED);

        turn("error_max_turns", "true", "null");
        clock.advance(Duration.ofSeconds(60));
        watch.look();

        assertThat(credentials.status().state()).isEqualTo(AuthState.OK);
        assertThat(told).last().isEqualTo(AuthState.OK);
    }

    private AuthWatch watch(Map<String, String> environment, boolean verify) throws IOException {
        PtyExecutor pty = pty(environment);
        ExecutorStrategy strategy = new ExecutorStrategy(new StubExecutor(), pty, ExecutorType.PTY);
        return new AuthWatch(credentials, pty, strategy, verify, status -> told.add(status.state()));
    }

    private PtyExecutor pty(Map<String, String> environment) throws IOException {
        Path state = directory.resolve("state");
        credentials = new Credentials(
                new Credentials.Settings(
                        file,
                        environment,
                        state.resolve("claude"),
                        state.resolve("oauth"),
                        directory.resolve("workspace"),
                        Duration.ofSeconds(60)),
                clock);
        PtySettings settings = new PtySettings(
                directory.resolve("cli").toString(),
                new TerminalSize(80, 24),
                new RunGrace(Duration.ofSeconds(1), new Grace(Duration.ofSeconds(1), Duration.ofSeconds(1))),
                Map.of("PATH", "/usr/bin:/bin"),
                Map.of(),
                state,
                directory.resolve("workspace"),
                List.of(state),
                Optional.empty());
        TaskObserver observer = new Meters(new SimpleMeterRegistry());
        Watchdog watchdog = new Watchdog(
                new WatchSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, false),
                observer,
                System::nanoTime);
        PtyExecutor pty = new PtyExecutor(
                PtyLaunchers.best(),
                Containment.detect(ChildEnvironment.RUN_MARKER, state.resolve("runs"), CgroupUse.NEVER),
                settings,
                credentials,
                observer,
                clock,
                watchdog,
                new TaskWorkspaces(
                        "home",
                        settings.workspaces(),
                        state.resolve("workspaces"),
                        new Git(Map.of(), Optional.empty()),
                        directory.resolve("secrets")));
        pty.prepare();
        return pty;
    }

    /** As 2.1.197 and 2.1.330 print it to a terminal. */
    private void status(boolean loggedIn) throws IOException {
        Files.writeString(
                directory.resolve("status"),
                "\u001b7\u001b[r{\n\u001b[3G\"loggedIn\":\u001b[15G%s,\n\u001b[3G\"authMethod\":\u001b[17G\"x\"\n}\n"
                        .formatted(loggedIn));
    }

    private void turn(String subtype, String isError, String status) throws IOException {
        Files.writeString(
                directory.resolve("turn"),
                "{\"type\":\"result\",\"subtype\":\"%s\",\"is_error\":%s,\"api_error_status\":%s,\"result\":\"as it said\"}\n"
                        .formatted(subtype, isError, status));
    }

    private List<String> asked() throws IOException {
        return Files.readAllLines(directory.resolve("asked"));
    }
}
