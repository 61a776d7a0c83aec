package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import java.lang.module.ModuleDescriptor.Version;
import org.junit.jupiter.api.Test;

/** The Quarkus BOM names a JNA that is too old for pty4j; ours is named before it. */
class JnaVersionTest {
    @Test
    void jna_is_not_downgraded() {
        assertThat(Version.parse(Native.VERSION)).isGreaterThanOrEqualTo(Version.parse("5.19"));
    }

    @Test
    void pty4j_opens_a_terminal_with_it() throws Exception {
        Recording recording = new Recording();
        Terminal _ = PtyLaunchers.pty4j().launch(Commands.sh("test -t 1 && echo terminal"), recording);
        assertThat(recording.textAtEnd()).isEqualTo("terminal\r\n");
    }
}
