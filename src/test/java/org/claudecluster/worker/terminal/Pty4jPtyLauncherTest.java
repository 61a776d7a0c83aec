package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.junit.jupiter.api.Test;

class Pty4jPtyLauncherTest extends PtyLauncherContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }

    /** pty4j forks and resets nothing; the ffm launcher resets all. */
    @Override
    long inheritedIgnored() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn"))
                .findFirst()
                .orElseThrow();
        return masks(ignored).getFirst();
    }

    /** Documented, not wished for: pty4j does not tell the two apart. */
    @Test
    void an_exit_code_above_128_reads_as_a_signal() throws Exception {
        assertThat(start(Commands.sh("exit 137")).exit()).isEqualTo(new ProcessExit.Signalled(9));
    }
}
