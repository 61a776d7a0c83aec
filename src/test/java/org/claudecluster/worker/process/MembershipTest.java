package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.process.linux.OwnProcesses;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule, cell by cell: run a is led by 100, run b by 200, and a worker that is itself a task wears a brand. */
class MembershipTest {

    private static final String NAME = "RUN";
    private static final ProcessTag OURS = ProcessTag.of("outer");
    private static final long STRANGER = 300;

    private static Membership<String> rule() {
        return new Membership<String>(Optional.of(OURS))
                .with("a", marks("a"), 100)
                .with("b", marks("b"), 200);
    }

    private static LinuxProcessTable.Marks marks(String run) {
        return new LinuxProcessTable.Marks(NAME, run, Optional.of(ProcessTag.of(run)), Optional.empty());
    }

    /** What a process shows; a dash is nothing. */
    private record Shown(long pid, long session, String hard, String soft, Map<String, String> entries)
            implements Membership.Traits {
        @Override
        public Optional<ProcessTag> worn() {
            return brand(hard);
        }

        @Override
        public Optional<ProcessTag> lent() {
            return brand(soft);
        }

        @Override
        public Optional<String> entry(String name) {
            return Optional.ofNullable(entries.get(name));
        }

        private static Optional<ProcessTag> brand(String run) {
            return run.equals("-") ? Optional.empty() : Optional.of(ProcessTag.of(run));
        }
    }

    private static Shown shown(String hard, String soft, String marker, long session) {
        Map<String, String> entries = marker.equals("-")
                ? Map.of()
                : marker.equals("own") ? Map.of(OwnProcesses.MARKER, "1") : Map.of(NAME, marker);
        return new Shown(STRANGER, session, hard, soft, entries);
    }

    @ParameterizedTest(name = "worn {0}, lent {1}, marker {2}, session {3}: {4}")
    @CsvSource({
        // The brand decides: it can't be taken off.
        "a, -, -, 0, a",
        "a, b, b, 200, a",
        "a, -, own, 0, a",
        // Another's brand is another's, whatever the rest says.
        "x, -, -, 100, -",
        "x, a, a, 100, -",
        "x, a, own, 100, -",
        // Our own tells nothing.
        "outer, -, -, 0, -",
        "outer, -, a, 0, a",
        "outer, a, -, 0, a",
        "outer, -, -, 100, a",
        // Then the marker, before the brand that was lent and the session.
        "-, -, a, 0, a",
        "-, b, a, 200, a",
        "-, a, x, 100, -",
        "-, a, own, 0, -",
        "-, -, own, 100, -",
        // Then what was lent, then the session.
        "-, a, -, 0, a",
        "-, a, -, 200, a",
        "-, x, -, 0, -",
        "-, x, -, 100, a",
        "-, -, -, 200, b",
        "-, -, -, 0, -"
    })
    void the_first_that_says_anything_decides(String hard, String soft, String marker, long session, String run) {
        assertThat(rule().of(shown(hard, soft, marker, session)).orElse("-")).isEqualTo(run);
    }

    @Test
    void who_leads_a_session_under_the_number_of_a_leader_is_not_of_the_run() {
        assertThat(rule().of(new Shown(100, 100, "-", "-", Map.of()))).isEmpty();
    }

    /** As a worker looks that starts: it knows the brands of its notes, and takes every marker for a run's. */
    @ParameterizedTest(name = "worn {0}, lent {1}, marker {2}: {3}")
    @CsvSource({
        "noted, -, -, noted",
        "-, noted, -, noted",
        "-, noted, other, other",
        "-, noted, own, -",
        "-, -, other, other",
        "other, -, other, other",
        "other, -, forged, -",
        "noted, -, forged, noted",
        "other, -, -, -"
    })
    void a_marker_counts_beside_a_brand_that_nobody_knows_only_when_it_says_the_same(
            String hard, String soft, String marker, String run) {
        Membership<String> rule = new Membership<String>(Optional.empty())
                .withAnyMarked(NAME, value -> value)
                .with("noted", ProcessTag.of("noted"));
        assertThat(rule.of(shown(hard, soft, marker, 0)).orElse("-")).isEqualTo(run);
    }

    @ParameterizedTest
    @CsvSource({"-, -, true", "-, a, false", "-, own, false", "a, -, false", "x, -, false", "outer, -, true"})
    void who_shows_nothing_is_mute(String hard, String marker, boolean mute) {
        assertThat(rule().isMute(shown(hard, "-", marker, 0))).isEqualTo(mute);
    }
}
