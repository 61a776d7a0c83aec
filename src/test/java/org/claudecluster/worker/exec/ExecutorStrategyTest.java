package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.claudecluster.worker.cli.Availability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorStrategyTest {

    private static final Availability THERE = new Availability.Available(Optional.of("2.1.330 (Claude Code)"));
    private static final Availability AWAY = new Availability.Unavailable("no program");
    private static final Availability SILENT = new Availability.Unknown("did not answer");

    private static final ExecutorType DOCKER = new ExecutorType("docker");

    @TempDir
    Path directory;

    private final FakeExecutor stub = new FakeExecutor(ExecutorType.STUB, new Availability.Available(Optional.empty()));
    private final FakeExecutor pty = new FakeExecutor(ExecutorType.PTY, THERE);
    private final FakeExecutor further = new FakeExecutor(DOCKER, THERE);
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

    @ParameterizedTest
    @CsvSource({"auto, pty", "pty, pty"})
    void where_the_cli_is_there_auto_means_pty(ExecutorType requested, ExecutorType active) {
        ExecutorStrategy.Choice choice = onItsOwn(requested).choice();
        assertThat(choice.active().type()).isEqualTo(active);
        assertThat(choice.requested()).isEqualTo(requested);
        assertThat(choice.cliVersion()).contains("2.1.330 (Claude Code)");
        assertThat(choice.whyNoPty()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"auto, stub", "pty, pty"})
    void where_it_is_not_auto_means_stub_with_the_reason_and_pty_stays_pty(
            ExecutorType requested, ExecutorType active) {
        pty.availability = AWAY;
        ExecutorStrategy.Choice choice = onItsOwn(requested).choice();
        assertThat(choice.active().type()).isEqualTo(active);
        assertThat(choice.whyNoPty()).contains("no program");
        assertThat(choice.cliVersion()).isEmpty();
    }

    @Test
    void a_cli_that_comes_later_is_used_from_then_on() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pty.availability = THERE;

        pass(5);
        strategy.lookAgain();

        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.choice().mayClaim(true)).isTrue();
    }

    @Test
    void a_credential_that_comes_later_is_not_waited_for() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pty.availability = THERE;

        strategy.credentialChanged();

        assertThat(strategy.choice().active()).isSameAs(pty);
    }

    @Test
    void auto_never_lets_the_stub_take_tasks_that_others_could_run() {
        pty.availability = AWAY;
        ExecutorStrategy.Choice choice = onASharedQueue(ExecutorType.AUTO).choice();

        assertThat(choice.active()).isSameAs(pty);
        assertThat(choice.canRun()).isFalse();
        assertThat(choice.mayClaim(false)).isFalse();
    }

    @Test
    void who_asks_for_the_stub_gets_it_on_a_shared_queue_too() {
        assertThat(onASharedQueue(ExecutorType.STUB).choice().mayClaim(false)).isTrue();
    }

    @Test
    void a_cli_that_vanishes_makes_tasks_wait_and_not_the_stub_complete_them() {
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pty.availability = AWAY;
        pty.inPlace = false;

        strategy.lookAgain();

        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.choice().canRun()).isFalse();
        assertThat(strategy.choice().mayClaim(true)).isFalse();
    }

    @Test
    void nor_does_a_restart_bring_the_stub_back() {
        assertThat(onItsOwn(ExecutorType.AUTO).choice().active()).isSameAs(pty);
        pty.availability = AWAY;

        ExecutorStrategy.Choice choice = onItsOwn(ExecutorType.AUTO).choice();

        assertThat(choice.active()).isSameAs(pty);
        assertThat(choice.mayClaim(true)).isFalse();
    }

    @Test
    void what_only_looked_at_the_cli_does_not_bind_a_later_start() {
        assertThat(onItsOwn(ExecutorType.STUB).choice().active()).isSameAs(stub);
        pty.availability = AWAY;

        assertThat(onItsOwn(ExecutorType.AUTO).choice().active()).isSameAs(stub);
    }

    @Test
    void silence_is_not_absence_so_tasks_wait_for_an_answer() {
        pty.availability = SILENT;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.choice().mayClaim(true)).isFalse();
        assertThat(strategy.choice().whyNoPty()).contains("did not answer");

        pty.availability = THERE;
        strategy.lookAgain();

        assertThat(strategy.choice().mayClaim(true)).isTrue();
    }

    @Test
    void where_the_stub_stands_in_silence_changes_nothing() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pty.availability = SILENT;

        strategy.credentialChanged();

        assertThat(strategy.choice().active()).isSameAs(stub);
    }

    @Test
    void a_cli_that_says_no_is_asked_less_and_less_often() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        strategy.lookAgain();
        assertThat(pty.probes).isEqualTo(1);
        pass(5);
        strategy.lookAgain();
        assertThat(pty.probes).isEqualTo(2);
        pass(5);
        strategy.lookAgain();
        assertThat(pty.probes).isEqualTo(2);
        pass(5);
        strategy.lookAgain();
        assertThat(pty.probes).isEqualTo(3);
    }

    @Test
    void one_that_is_installed_later_is_asked_at_once_however_long_it_was_away() {
        pty.availability = AWAY;
        pty.inPlace = false;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pass(600);
        strategy.lookAgain();
        assertThat(pty.probes).isEqualTo(1);
        pty.availability = THERE;
        pty.inPlace = true;

        strategy.lookAgain();

        assertThat(strategy.choice().active()).isSameAs(pty);
    }

    @Test
    void one_that_runs_is_not_asked_again() {
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pass(600);
        strategy.lookAgain();
        strategy.credentialChanged();
        assertThat(pty.probes).isEqualTo(1);
    }

    @Test
    void of_a_queue_of_its_own_tasks_fail_with_the_reason_where_the_cli_was_asked_for_by_name() {
        pty.availability = AWAY;
        ExecutorStrategy.Choice choice = onItsOwn(ExecutorType.PTY).choice();
        assertThat(choice.canRun()).isFalse();
        assertThat(choice.mayClaim(true)).isTrue();
        assertThat(choice.mayClaim(false)).isFalse();
    }

    @Test
    void a_switch_looks_again() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(ExecutorType.AUTO);
        pty.availability = THERE;
        assertThat(strategy.switchTo(ExecutorType.PTY)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.switchTo(ExecutorType.STUB)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(stub);
        assertThat(strategy.switchTo(ExecutorType.AUTO)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(pty);
    }

    @Test
    void a_switch_to_what_can_t_run_here_changes_nothing_but_tells_why() {
        ExecutorStrategy strategy = onItsOwn(ExecutorType.STUB);
        pty.availability = AWAY;
        assertThat(strategy.switchTo(ExecutorType.PTY)).isFalse();
        assertThat(strategy.choice()).isEqualTo(new ExecutorStrategy.Choice(ExecutorType.STUB, stub, AWAY));
    }

    @Test
    void a_switch_to_auto_is_always_possible_and_waits_where_the_cli_has_run() {
        ExecutorStrategy strategy = onItsOwn(ExecutorType.PTY);
        pty.availability = AWAY;
        assertThat(strategy.switchTo(ExecutorType.AUTO)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.choice().mayClaim(true)).isFalse();
        assertThat(strategy.choice().whyNoPty()).contains("no program");
        assertThat(strategy.switchTo(ExecutorType.STUB)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(stub);
    }

    @Test
    void where_the_stub_was_asked_for_nobody_asks_the_cli() {
        ExecutorStrategy strategy = onItsOwn(ExecutorType.STUB);
        pass(600);
        strategy.lookAgain();
        strategy.credentialChanged();
        assertThat(pty.probes).isZero();
        assertThat(strategy.choice().active()).isSameAs(stub);
        assertThat(strategy.choice().canRun()).isTrue();
        assertThat(strategy.choice().whyNoPty()).contains("the executor pty has not been asked yet whether it can run");
    }

    @Test
    void nobody_is_asked_and_nothing_claimed_before_the_start() {
        ExecutorStrategy strategy =
                new ExecutorStrategy(List.of(stub, pty), ExecutorType.AUTO, Fallback.ofSharedQueue(), now::get);
        assertThat(pty.probes).isZero();
        assertThat(strategy.choice().mayClaim(true)).isFalse();
    }

    @Test
    void a_further_executor_is_one_more_name_to_ask_for() {
        ExecutorStrategy strategy = onItsOwn(DOCKER);
        assertThat(strategy.choice().active()).isSameAs(further);
        assertThat(strategy.choice().canRun()).isTrue();
        assertThat(strategy.usesCredential()).isTrue();
        assertThat(strategy.names()).containsExactly("auto", "docker", "pty", "stub");
        assertThat(pty.probes).isZero();
    }

    @Test
    void a_further_one_that_can_t_run_is_asked_again_and_never_replaced() {
        further.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(DOCKER);
        assertThat(strategy.choice().active()).isSameAs(further);
        assertThat(strategy.choice().mayClaim(false)).isFalse();
        assertThat(strategy.whyNot(DOCKER)).contains("no program");

        further.availability = THERE;
        pass(5);
        strategy.lookAgain();

        assertThat(strategy.choice().mayClaim(false)).isTrue();
    }

    @Test
    void what_another_can_t_do_does_not_stop_the_one_that_runs() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = onItsOwn(DOCKER);
        assertThat(strategy.switchTo(ExecutorType.PTY)).isFalse();
        assertThat(strategy.whyNot(ExecutorType.PTY)).contains("no program");
        assertThat(strategy.choice()).isEqualTo(new ExecutorStrategy.Choice(DOCKER, further, THERE));
    }

    @Test
    void where_a_further_one_has_run_auto_pretends_no_more() {
        ExecutorStrategy strategy = onItsOwn(DOCKER);
        pty.availability = AWAY;
        assertThat(strategy.switchTo(ExecutorType.AUTO)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(pty);
        assertThat(strategy.choice().mayClaim(true)).isFalse();
    }

    @Test
    void no_two_executors_have_the_same_name() {
        assertThatThrownBy(() -> new ExecutorStrategy(
                        List.of(stub, stub), ExecutorType.STUB, Fallback.ofSharedQueue(), now::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stub");
    }

    private void pass(int seconds) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private ExecutorStrategy onItsOwn(ExecutorType requested) {
        Fallback fallback = Fallback.ofOwnQueue(directory.resolve("state/note"));
        return begun(requested, fallback);
    }

    private ExecutorStrategy onASharedQueue(ExecutorType requested) {
        return begun(requested, Fallback.ofSharedQueue());
    }

    private ExecutorStrategy begun(ExecutorType requested, Fallback fallback) {
        ExecutorStrategy strategy = new ExecutorStrategy(List.of(pty, further, stub), requested, fallback, now::get);
        strategy.begin();
        return strategy;
    }
}
