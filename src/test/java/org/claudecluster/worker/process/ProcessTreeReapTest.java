package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.terminal.Commands;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.Recording;
import org.claudecluster.worker.terminal.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orphans that end by themselves, and the children which are not ours to reap. */
@Timeout(60)
class ProcessTreeReapTest {
    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    private static long zombies() {
        return ProcFs.adopted().stream()
                .flatMap(pid -> ProcFs.stat(pid).stream())
                .filter(ProcessStat::dead)
                .count();
    }

    @Test
    void orphans_that_end_by_themselves_are_reaped_at_the_second_look() throws Exception {
        Recording recording = new Recording();
        Terminal _ = PtyLaunchers.ffm()
                .launch(Commands.sh("trap '' HUP; setsid -f true; setsid -f true; echo bye"), recording);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        Awaitility.await().until(() -> zombies() >= 2);
        int _ = ProcessTree.reapOrphans();
        assertThat(zombies()).isGreaterThanOrEqualTo(2);
        assertThat(ProcessTree.reapOrphans()).isGreaterThanOrEqualTo(2);
        assertThat(zombies()).isZero();
    }

    @Test
    void exit_codes_of_other_processes_are_not_taken() {
        boolean allRight = IntStream.range(0, 100)
                .parallel()
                .map(_ -> exitCodeWhileReaping())
                .allMatch(code -> code == 9);
        assertThat(allRight).isTrue();
    }

    private static int exitCodeWhileReaping() {
        try {
            Process process = new ProcessBuilder("sh", "-c", "exit 9").start();
            int _ = ProcessTree.reapOrphans();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            int _ = ProcessTree.reapOrphans();
            return process.exitValue();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
