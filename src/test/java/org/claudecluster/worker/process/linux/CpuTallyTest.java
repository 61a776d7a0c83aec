package org.claudecluster.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.process.linux.ProcessStat.Use;
import org.junit.jupiter.api.Test;

/** With 100 ticks a second, as everywhere on Linux. */
class CpuTallyTest {

    private final CpuTally tally = new CpuTally();

    private static ProcessStat process(long pid, long parent, long started, long ticks, long waited) {
        return new ProcessStat(pid, 'R', parent, 1, 1, started, false, new Use(ticks, waited, 0));
    }

    private long add(ProcessStat... members) {
        return tally.add(List.of(members), Duration.ZERO).toMillis() / 10;
    }

    @Test
    void what_runs_is_counted_as_it_grows() {
        assertThat(add(process(2, 1, 5, 10, 0), process(3, 2, 6, 4, 0))).isEqualTo(14);
        assertThat(add(process(2, 1, 5, 12, 0), process(3, 2, 6, 9, 0))).isEqualTo(21);
    }

    @Test
    void what_has_gone_stays_counted() {
        assertThat(add(process(2, 1, 5, 10, 0), process(3, 2, 6, 4, 0))).isEqualTo(14);
        assertThat(add(process(2, 1, 5, 10, 0))).isEqualTo(14);
        assertThat(add()).isEqualTo(14);
    }

    @Test
    void what_its_parent_waited_for_is_not_counted_twice() {
        assertThat(add(process(2, 1, 5, 10, 0), process(3, 2, 6, 4, 0))).isEqualTo(14);
        assertThat(add(process(2, 1, 5, 10, 7))).isEqualTo(17);
        assertThat(add(process(2, 1, 5, 11, 7))).isEqualTo(18);
    }

    @Test
    void nor_is_what_a_grandparent_inherits() {
        assertThat(add(process(2, 1, 5, 1, 0), process(3, 2, 6, 2, 0), process(4, 3, 7, 30, 0)))
                .isEqualTo(33);
        assertThat(add(process(2, 1, 5, 1, 35))).isEqualTo(36);
    }

    @Test
    void what_began_and_ended_between_two_looks_is_counted_with_its_parent() {
        assertThat(add(process(2, 1, 5, 10, 0))).isEqualTo(10);
        assertThat(add(process(2, 1, 5, 10, 50))).isEqualTo(60);
    }

    @Test
    void a_number_that_was_given_again_is_another_process() {
        assertThat(add(process(2, 1, 5, 10, 0))).isEqualTo(10);
        assertThat(add(process(2, 1, 9, 3, 0))).isEqualTo(13);
    }

    @Test
    void it_never_shrinks_and_takes_what_the_kernel_counted_where_that_is_more() {
        ProcessStat process = process(2, 1, 5, 10, 0);
        assertThat(tally.add(List.of(process), Duration.ofMillis(40))).isEqualTo(Duration.ofMillis(100));
        assertThat(tally.add(List.of(process), Duration.ofMillis(450))).isEqualTo(Duration.ofMillis(450));
        assertThat(tally.add(List.of(process), Duration.ZERO)).isEqualTo(Duration.ofMillis(450));
    }
}
