package org.claudecluster.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTagTest {

    private static String limits(String soft, String hard) {
        return """
                Limit                     Soft Limit           Hard Limit           Units
                Max address space         unlimited            unlimited            bytes
                Max file locks            %-20s %-20s locks
                Max pending signals       96364                96364                signals
                """.formatted(soft, hard);
    }

    @Test
    void a_run_has_the_same_brand_in_every_version() {
        assertThat(ProcessTag.of("01890a5d-ac96-774b-bcce-b302099a8057.1").value())
                .isEqualTo(3_178_933_244_756_857_290L);
    }

    @Test
    void runs_have_brands_of_their_own_that_fit_into_a_limit() {
        List<ProcessTag> brands = IntStream.range(0, 1_000)
                .mapToObj(n -> ProcessTag.of("task." + n))
                .toList();
        assertThat(brands).doesNotHaveDuplicates();
        assertThat(brands).allMatch(brand -> brand.value() > 0 && brand.value() < 1L << 62);
    }

    @Test
    void it_is_read_from_the_hard_limit_which_none_can_raise() {
        ProcessTag brand = ProcessTag.of("task.1");
        String value = Long.toString(brand.value());
        assertThat(ProcessTag.in(limits(value, value))).contains(brand);
        assertThat(ProcessTag.in(limits("7", value))).contains(brand);
        assertThat(ProcessTag.in(limits(value, "unlimited"))).isEmpty();
    }

    @Test
    void what_was_lent_at_birth_is_read_from_the_soft_limit() {
        ProcessTag brand = ProcessTag.of("task.1");
        String value = Long.toString(brand.value());
        assertThat(ProcessTag.ofBirthIn(limits(value, "unlimited"))).contains(brand);
        assertThat(ProcessTag.ofBirthIn(limits("unlimited", value))).isEmpty();
    }

    @Test
    void what_was_lent_at_birth_is_given_back() {
        LinuxProcesses.FileLocks before = LinuxProcesses.fileLocks();
        assertThatIllegalStateException()
                .isThrownBy(() -> ProcessTag.of("task.1").onBirth(() -> {
                    throw new IllegalStateException(
                            ProcessTag.ofBirthIn(ProcFs.limits(ProcFs.SELF)).toString());
                }))
                .withMessageContaining("ProcessTag");
        assertThat(LinuxProcesses.fileLocks()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unlimited", "0", "1024", "4611686018427387904", "18446744073709551614", "", "x"})
    void any_other_limit_is_none(String hard) {
        assertThat(ProcessTag.in(limits("unlimited", hard))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Max file locks", "Max file locks 1", "Max open files 1 1 files\n"})
    void a_text_without_it_has_none(String limits) {
        assertThat(ProcessTag.in(limits)).isEmpty();
    }

    @Test
    void a_number_without_the_sign_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProcessTag(1024));
    }
}
