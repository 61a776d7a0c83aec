package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.junit.jupiter.api.Test;

class FfmPtyLauncherTest extends PtyLauncherContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }

    /** Of the classic 31; glibc itself ignores its two internal ones, 32 and 33, in what it spawns. */
    @Test
    void no_signal_at_all_is_blocked_or_ignored() throws Exception {
        String status = start(Commands.program("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"))
                .textAtEnd();
        assertThat(masks(status)).extracting(mask -> mask & 0x7fff_ffffL).containsExactly(0L, 0L);
    }

    @Test
    void an_exit_code_above_128_is_no_signal() throws Exception {
        assertThat(start(Commands.sh("exit 137")).exit()).isEqualTo(new ProcessExit.Exited(137));
    }

    @Test
    void what_the_leader_took_is_known_at_its_end() throws Exception {
        Recording recording = new Recording();
        // Three quarters of it by a child that is waited for.
        Terminal terminal = launcher()
                .launch(
                        Commands.sh("count() { i=0; while [ $i -lt $1 ]; do i=$((i+1)); done; }; "
                                + "(count 300000); count 100000"),
                        recording);
        recording.exit();
        assertThat(terminal.cpu().orElseThrow()).isBetween(Duration.ofMillis(20), Duration.ofSeconds(30));
    }

    @Test
    void it_is_the_best_one_here() {
        assertThat(PtyLaunchers.best()).isSameAs(launcher());
    }
}
