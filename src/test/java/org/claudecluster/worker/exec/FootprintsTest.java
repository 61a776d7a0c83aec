package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.claudecluster.worker.process.TreeAccount;
import org.claudecluster.worker.task.result.Footprint;
import org.junit.jupiter.api.Test;

class FootprintsTest {

    @Test
    void the_kernels_account_beats_what_was_seen() {
        Footprint seen = new Footprint(10, Duration.ofSeconds(1), 3);
        TreeAccount account =
                new TreeAccount(OptionalLong.of(20), Optional.of(Duration.ofSeconds(2)), OptionalInt.of(9), false);

        Optional<Duration> leader = Optional.of(Duration.ofSeconds(7));

        assertThat(Footprints.of(seen, leader, account)).isEqualTo(new Footprint(20, Duration.ofSeconds(2), 3));
        assertThat(Footprints.of(seen, Optional.empty(), TreeAccount.NONE)).isEqualTo(seen);
    }

    @Test
    void a_run_between_two_looks_has_what_the_kernel_tells_of_its_leader() {
        Footprint unseen = new Footprint(0, Duration.ZERO, 0);
        Footprint seen = new Footprint(100, Duration.ofSeconds(9), 3);
        Optional<Duration> leader = Optional.of(Duration.ofSeconds(7));

        assertThat(Footprints.of(unseen, leader, TreeAccount.NONE))
                .isEqualTo(new Footprint(0, Duration.ofSeconds(7), 1));
        assertThat(Footprints.of(seen, leader, TreeAccount.NONE)).isEqualTo(seen);
    }
}
