package org.claudecluster.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.claudecluster.worker.process.linux.ProcessStat.Use;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessStatTest {

    /** As the kernel writes it, up to the exit code behind the environment's two addresses. */
    private static final String BEHIND_THE_NAME = "S 40 42 41 34816 -1 4194304 100 200 0 0 11 7 300 20 20 0 3 0 5551 "
            + "8192000 512 18446744073709551615 1 1 0 0 0 0 0 16781312 134433281 0 0 0 17 1 0 0 0 0 0 1 1 1 1 1 %s 0\n";

    private static Optional<ProcessStat> parse(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        return ProcessStat.parse(42, bytes, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "a b", "x) S 1 (y", ")", ""})
    void all_fields_are_read_whatever_the_name(String name) {
        assertThat(parse("42 (" + name + ") " + BEHIND_THE_NAME.formatted("5 9")))
                .contains(new ProcessStat(42, 'S', 40, 41, 3, 5551, false, new Use(18, 320, 512)));
    }

    @Test
    void a_program_without_environment_is_told_from_one_whose_environment_is_hidden() {
        assertThat(parse("42 (sh) " + BEHIND_THE_NAME.formatted("5 5")).map(ProcessStat::bare))
                .contains(true);
        assertThat(parse("42 (sh) " + BEHIND_THE_NAME.formatted("0 0")).map(ProcessStat::bare))
                .contains(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "42", "42 (sh", "42 (sh)", "42 (sh) ", "42 (sh) S", "42 (sh) S 40 42 41 34816"})
    void half_a_line_is_none(String line) {
        assertThat(parse(line)).isEmpty();
    }

    @Test
    void a_file_that_reads_empty_is_none() {
        assertThat(ProcessStat.parse(42, new byte[10], -1)).isEmpty();
    }

    @Test
    void a_process_whose_first_thread_has_ended_lives() {
        Use none = Use.NONE;
        assertThat(new ProcessStat(42, 'Z', 1, 1, 1, 5, false, none).dead()).isTrue();
        assertThat(new ProcessStat(42, 'Z', 1, 1, 2, 5, false, none).dead()).isFalse();
        assertThat(new ProcessStat(42, 'S', 1, 1, 1, 5, false, none).dead()).isFalse();
    }
}
