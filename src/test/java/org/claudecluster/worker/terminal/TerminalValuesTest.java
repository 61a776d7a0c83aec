package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.claudecluster.worker.process.Grace;
import org.junit.jupiter.api.Test;

class TerminalValuesTest {
    @Test
    void a_size_is_1_to_1000_each_way() {
        assertThat(new TerminalSize(1, 1000)).isEqualTo(new TerminalSize(1, 1000));
        assertThatIllegalArgumentException().isThrownBy(() -> new TerminalSize(0, 24));
        assertThatIllegalArgumentException().isThrownBy(() -> new TerminalSize(80, 1001));
    }

    @Test
    void a_command_shows_nothing_confidential() {
        TerminalCommand command = Commands.withSecret(
                Commands.withStdin(
                        Commands.marked(Commands.sh("arg-word"), "env-word"),
                        "stdin-word".getBytes(StandardCharsets.US_ASCII)),
                new byte[] {1});
        assertThat(command.toString())
                .contains(Commands.MARKER, "stdin=10 B", "secret=yes")
                .doesNotContain("arg-word", "env-word", "stdin-word");
    }

    @Test
    void a_command_keeps_its_own_copy_of_the_bytes() {
        byte[] input = {1};
        TerminalCommand command = Commands.withStdin(Commands.sh("true"), input);
        input[0] = 2;
        command.stdin()[0] = 3;
        assertThat(command.stdin()).containsExactly(1);
    }

    @Test
    void a_command_that_no_kernel_takes_cannot_be_made() {
        assertThatIllegalArgumentException().isThrownBy(() -> Commands.at(Path.of("sh")));
        assertThatIllegalArgumentException().isThrownBy(() -> Commands.sh("a\0b"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Commands.withEnvironment(Commands.sh("true"), Map.of("A=B", "")));
        assertThatIllegalArgumentException().isThrownBy(() -> Commands.withSecret(Commands.sh("true"), new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> new Grace(Duration.ofMillis(-1), Duration.ZERO));
    }

    @Test
    void a_secret_is_no_longer_than_a_page_of_a_pipe() {
        assertThat(Commands.withSecret(Commands.sh("true"), new byte[4_096]).toString())
                .contains("secret=yes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Commands.withSecret(Commands.sh("true"), new byte[4_097]))
                .withMessageContaining("4096");
    }

    @Test
    void programs_are_found_along_the_path_and_nowhere_else() {
        assertThat(Programs.find("sh", "/nowhere::relative:/bin")).contains(Path.of("/bin/sh"));
        assertThat(Programs.find("/bin/sh", "")).contains(Path.of("/bin/sh"));
        assertThat(Programs.find("sh", "/nowhere")).isEmpty();
        assertThat(Programs.find("bin/sh", "/")).isEmpty();
        assertThat(Programs.find("/etc/passwd", "/bin")).isEmpty();
        assertThat(Programs.find("/bin", "/")).isEmpty();
    }
}
