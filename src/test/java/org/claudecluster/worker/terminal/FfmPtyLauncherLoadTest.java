package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
import org.junit.jupiter.api.Test;

class FfmPtyLauncherLoadTest extends PtyLauncherLoadContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }

    @Override
    int crowd() {
        return 1000;
    }

    @Override
    int spawns() {
        return 2000;
    }

    @Test
    void an_idle_terminal_costs_three_descriptors_and_no_thread() {
        Live warm = start(Commands.sh("exit 0"));
        assertThat(warm.recording().exit()).isEqualTo(new ProcessExit.Exited(0));
        long descriptors = Descriptors.settled();
        long threads = Descriptors.threads();
        var idle = IntStream.range(0, 100)
                .mapToObj(_ -> start(Commands.program("sleep", "1000")))
                .toList();
        assertThat(Descriptors.open()).isBetween(descriptors + 300, descriptors + 304);
        assertThat(Descriptors.threads()).isLessThan(threads + 10);
        idle.forEach(live -> live.terminal().signal(Signal.KILL));
        assertThat(idle)
                .allSatisfy(live -> assertThat(live.recording().exit()).isEqualTo(new ProcessExit.Signalled(9)));
    }
}
