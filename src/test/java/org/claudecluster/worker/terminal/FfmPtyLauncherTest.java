package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(start(Commands.sh("exit 137")).exit()).isEqualTo(new TerminalExit.Exited(137));
    }

    @Test
    void it_is_the_best_one_here() {
        assertThat(PtyLaunchers.best()).isSameAs(launcher());
        assertThat(launcher().name()).isEqualTo("ffm");
    }
}
