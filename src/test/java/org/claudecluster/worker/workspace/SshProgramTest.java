package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.GitSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds on machines with and without OpenSSH's client. */
class SshProgramTest {

    @TempDir
    Path home;

    @Test
    void a_machine_without_ssh_says_so() throws Exception {
        Git git = new Git(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), Optional.empty());
        GitSource source =
                new GitSource("ssh://git@127.0.0.1:1/shop.git", Optional.of("main"), Optional.of(1), Optional.empty());

        WorkerHome.in(home, git).assertFails(cloning(source), "ssh is not installed");
    }

    @Test
    void a_file_whose_name_ssh_would_read_otherwise_is_refused() {
        Optional<Path> odd = Optional.of(Path.of("/keys/%h"));

        assertThatThrownBy(() -> new SshProgram.Identity(odd, Optional.empty())).hasMessageContaining("/keys/%h");
        assertThatThrownBy(() -> new SshProgram.Identity(Optional.empty(), odd)).hasMessageContaining("/keys/%h");
    }
}
