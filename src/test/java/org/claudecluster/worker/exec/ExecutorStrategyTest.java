package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorStrategyTest {

    private static final Availability THERE = new Availability.Available(Optional.of("2.1.330 (Claude Code)"));
    private static final Availability AWAY = new Availability.Unavailable("no program");

    private final FakeExecutor stub = new FakeExecutor(ExecutorType.STUB, new Availability.Available(Optional.empty()));
    private final FakeExecutor pty = new FakeExecutor(ExecutorType.PTY, THERE);

    @ParameterizedTest
    @CsvSource({"AUTO, PTY", "PTY, PTY", "STUB, STUB"})
    void where_the_cli_is_there_auto_means_pty(ExecutorType requested, ExecutorType active) {
        ExecutorStrategy.Choice choice = new ExecutorStrategy(stub, pty, requested).choice();
        assertThat(choice.active().type()).isEqualTo(active);
        assertThat(choice.requested()).isEqualTo(requested);
        assertThat(choice.cliVersion()).contains("2.1.330 (Claude Code)");
        assertThat(choice.whyNoPty()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"AUTO, STUB", "PTY, PTY", "STUB, STUB"})
    void where_it_is_not_auto_means_stub_with_the_reason_and_pty_stays_pty(
            ExecutorType requested, ExecutorType active) {
        pty.availability = AWAY;
        ExecutorStrategy.Choice choice = new ExecutorStrategy(stub, pty, requested).choice();
        assertThat(choice.active().type()).isEqualTo(active);
        assertThat(choice.whyNoPty()).contains("no program");
        assertThat(choice.cliVersion()).isEmpty();
    }

    @Test
    void a_switch_looks_again() {
        pty.availability = AWAY;
        ExecutorStrategy strategy = new ExecutorStrategy(stub, pty, ExecutorType.AUTO);
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
        ExecutorStrategy strategy = new ExecutorStrategy(stub, pty, ExecutorType.STUB);
        pty.availability = AWAY;
        assertThat(strategy.switchTo(ExecutorType.PTY)).isFalse();
        assertThat(strategy.choice()).isEqualTo(new ExecutorStrategy.Choice(ExecutorType.STUB, stub, AWAY));
    }

    @Test
    void a_switch_to_auto_or_stub_is_always_possible() {
        ExecutorStrategy strategy = new ExecutorStrategy(stub, pty, ExecutorType.PTY);
        pty.availability = AWAY;
        assertThat(strategy.switchTo(ExecutorType.AUTO)).isTrue();
        assertThat(strategy.choice().active()).isSameAs(stub);
        assertThat(strategy.choice().whyNoPty()).contains("no program");
    }
}
