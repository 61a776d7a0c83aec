package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeLimits;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.junit.jupiter.api.RepeatedTest;

class FfmHiddenProcessTest extends HiddenProcessContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }

    @Override
    boolean withCgroups() {
        return false;
    }

    /** The other launcher's leader is a shell first, which has other things to do. */
    @RepeatedTest(20)
    void what_hides_as_the_first_act_of_its_leader_is_found_however_late_we_look() throws Exception {
        Terminal leader = launch(HIDE, recording);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        Awaitility.await().until(() -> sleepers().size() == 1);
        assertThat(tree.sweep().killed()).isEqualTo(1);
    }
}
