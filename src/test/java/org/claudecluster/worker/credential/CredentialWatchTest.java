package org.claudecluster.worker.credential;

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
import org.claudecluster.worker.cli.PtySettings;
import org.claudecluster.worker.cli.RunGrace;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.Fallback;
import org.claudecluster.worker.exec.ManualClock;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.exec.stub.StubExecutor;
import org.claudecluster.worker.observe.Meters;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.task.FakePauses;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.TerminalSize;
import org.claudecluster.worker.watchdog.WatchSettings;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a script that answers as the CLI does, and says on demand what it was asked. */
class CredentialWatchTest {

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakePauses pauses = new FakePauses(clock);
    private final List<CredentialState> told = new ArrayList<>();
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
        CredentialWatch watch = watch(Map.of(), false);
        watch.look();
        assertThat(told).last().isEqualTo(CredentialState.MISSING);
        assertThat(credentials.status().reason()).contains(Credentials.NONE);

        status(true);
        Files.writeString(file, "{\"apiKey\":\"k\"}");
        watch.look();

        assertThat(told).last().isEqualTo(CredentialState.UNKNOWN);
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void auto_takes_the_stub_where_there_is_no_credential_and_says_so() throws IOException {
        status(false);
        PtyExecutor pty = pty(Map.of());
        ExecutorStrategy strategy = strategy(pty, ExecutorType.AUTO);
        assertThat(strategy.choice().active().type()).isEqualTo(ExecutorType.STUB);
        assertThat(strategy.choice().whyNoPty()).contains(Credentials.NONE);
    }

    @Test
    void a_file_that_comes_later_makes_auto_leave_the_stub_without_a_restart() throws IOException {
        status(false);
        PtyExecutor pty = pty(Map.of());
        ExecutorStrategy strategy = strategy(pty, ExecutorType.AUTO);
        CredentialWatch watch = watch(pty, strategy, false);
        watch.look();
        assertThat(strategy.choice().active().type()).isEqualTo(ExecutorType.STUB);

        Files.writeString(file, "{\"apiKey\":\"k\"}");
        watch.look();

        assertThat(strategy.choice().active().type()).isEqualTo(ExecutorType.PTY);
        assertThat(strategy.choice().canRun()).isTrue();
    }

    @Test
    void a_cli_that_is_gone_is_noticed_without_being_started() throws IOException {
        PtyExecutor pty = pty(Map.of("ANTHROPIC_API_KEY", "k"));
        assertThat(pty.isInPlace()).isTrue();

        Files.delete(directory.resolve("cli"));

        assertThat(pty.isInPlace()).isFalse();
    }

    @Test
    void a_cli_that_does_not_speak_of_credentials_is_believed() throws IOException {
        Files.writeString(directory.resolve("status"), "what?\n");
        CredentialWatch watch = watch(Map.of(), false);
        watch.look();
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void a_new_credential_is_tried_by_a_turn_where_that_is_wanted() throws IOException {
        turn("success", "true", "401");
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), true);
        watch.look();
        assertThat(told).last().isEqualTo(CredentialState.REFUSED);
        assertThat(asked()).containsExactly("--version ", "auth status", "-p --output-format=stream-json");
        watch.look();
        assertThat(asked()).hasSize(3);
    }

    @Test
    void without_that_wish_nothing_is_spent_at_the_start() throws IOException {
        turn("success", "true", "401");
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        watch.look();
        assertThat(asked()).containsExactly("--version ", "auth status");
    }

    @Test
    void what_the_api_has_refused_is_tried_again_by_a_turn_when_it_is_due() throws IOException {
        turn("success", "true", "401");
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        credentials.refused(credentials.current(), "said the API");
        watch.look();
        assertThat(asked()).hasSize(2);
        clock.advance(Duration.ofSeconds(60));
        watch.look();
        assertThat(asked()).hasSize(3);
        assertThat(credentials.status().state()).isEqualTo(CredentialState.REFUSED);

        turn("error_max_turns", "true", "null");
        clock.advance(Duration.ofSeconds(60));
        watch.look();

        assertThat(credentials.status().state()).isEqualTo(CredentialState.OK);
        assertThat(told).last().isEqualTo(CredentialState.OK);
    }

    @Test
    void an_account_that_can_t_pay_is_tried_again_and_its_success_ends_the_pause_of_all() throws IOException {
        turn("success", "true", "400");
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        unpaid();
        watch.look();
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNPAID);
        assertThat(asked()).hasSize(2);

        turn("error_max_turns", "true", "null");
        clock.advance(Duration.ofSeconds(60));
        watch.look();
        watch.look();

        assertThat(credentials.status().state()).isEqualTo(CredentialState.OK);
        assertThat(pauses.paused(fingerprint())).isEmpty();
    }

    @Test
    void where_the_try_tells_nothing_one_task_is_let_through_and_no_more() throws IOException {
        Files.writeString(directory.resolve("turn"), "what?\n");
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        unpaid();
        assertThat(credentials.mayOneTry()).isFalse();

        clock.advance(Duration.ofSeconds(60));
        watch.look();
        assertThat(credentials.mayOneTry()).isTrue();
        credentials.oneTries();
        watch.look();

        assertThat(credentials.mayOneTry()).isFalse();
        assertThat(credentials.isUsable()).isFalse();
    }

    @Test
    void what_another_worker_found_out_holds_this_one_back_until_that_one_resumes() throws IOException {
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        pauses.pause(fingerprint(), Reason.BILLING, Duration.ofSeconds(60));

        watch.look();
        assertThat(told).last().isEqualTo(CredentialState.UNPAID);
        assertThat(credentials.status().reason().orElseThrow()).contains("billing");

        pauses.resume(fingerprint());
        watch.look();
        assertThat(told).last().isEqualTo(CredentialState.UNKNOWN);
    }

    @Test
    void while_another_worker_tries_this_one_does_not() throws IOException {
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        watch.look();
        unpaid();
        pauses.pause(fingerprint(), Reason.BILLING, Duration.ofMinutes(2));

        clock.advance(Duration.ofSeconds(60));
        watch.look();

        assertThat(asked()).hasSize(2);
    }

    @Test
    void a_usage_limit_of_the_credential_is_no_reason_to_try_it() throws IOException {
        CredentialWatch watch = watch(Map.of("ANTHROPIC_API_KEY", "k"), false);
        pauses.pause(fingerprint(), Reason.USAGE_LIMIT, Duration.ofSeconds(60));

        watch.look();

        assertThat(credentials.isUsable()).isTrue();
        assertThat(pauses.paused(fingerprint())).isPresent();
    }

    private void unpaid() {
        credentials.unpaid(credentials.current(), "Credit balance is too low");
        pauses.pause(fingerprint(), Reason.BILLING, Duration.ofSeconds(5));
    }

    private String fingerprint() {
        return credentials.fingerprint().orElseThrow();
    }

    private CredentialWatch watch(Map<String, String> environment, boolean verify) throws IOException {
        PtyExecutor pty = pty(environment);
        ExecutorStrategy strategy = strategy(pty, ExecutorType.PTY);
        return watch(pty, strategy, verify);
    }

    private CredentialWatch watch(PtyExecutor pty, ExecutorStrategy strategy, boolean verify) {
        return new CredentialWatch(
                credentials,
                pty.credentialTrial(),
                strategy,
                new SharedPause(credentials, pauses),
                verify,
                status -> told.add(status.state()));
    }

    private ExecutorStrategy strategy(PtyExecutor pty, ExecutorType requested) {
        Fallback fallback = Fallback.ofOwnQueue(directory.resolve("state/waits"));
        ExecutorStrategy strategy =
                new ExecutorStrategy(List.of(new StubExecutor(), pty), requested, fallback, System::nanoTime);
        strategy.begin();
        return strategy;
    }

    private PtyExecutor pty(Map<String, String> environment) throws IOException {
        Path state = directory.resolve("state");
        credentials = new Credentials(
                new CredentialSettings(
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
                new PtySettings.Variables(Map.of("PATH", "/usr/bin:/bin"), Map.of()),
                new PtySettings.Directories(state, directory.resolve("workspace"), List.of(state)),
                Optional.empty());
        TaskObserver observer = new Meters(new SimpleMeterRegistry());
        Watchdog watchdog = new Watchdog(
                new WatchSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, false),
                observer,
                System::nanoTime);
        PtyExecutor pty = new PtyExecutor(
                PtyLaunchers.best(),
                new Containment(ChildEnvironment.RUN_MARKER, state.resolve("runs"), CgroupUse.NEVER),
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
