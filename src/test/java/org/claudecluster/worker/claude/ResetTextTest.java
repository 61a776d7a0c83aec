package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The moment is a minute behind what the text names, since the text leaves the seconds out. */
class ResetTextTest {

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource(delimiter = '|', textBlock = """
            limit · resets 2:01am (UTC)               | 2026-11-24T00:01:38Z | 2026-11-24T02:02:00Z
            limit · resets 2am (UTC)                  | 2026-11-24T00:01:38Z | 2026-11-24T02:01:00Z
            limit · resets 2:01am (UTC)               | 2026-11-24T02:01:59Z | 2026-11-24T02:02:00Z
            limit · resets 2:01am (UTC)               | 2026-11-24T02:02:00Z | 2026-11-25T02:02:00Z
            limit · resets 12am (UTC)                 | 2026-11-24T23:00:00Z | 2026-11-25T00:01:00Z
            limit · resets 12:30pm (UTC)              | 2026-11-24T00:00:00Z | 2026-11-24T12:31:00Z
            limit · resets at 9pm (America/New_York)  | 2026-11-24T12:00:00Z | 2026-11-25T02:01:00Z
            limit · resets Nov 26, 7:35am (UTC)       | 2026-11-24T00:01:41Z | 2026-11-26T07:36:00Z
            limit · resets Jan 2 at 7am (UTC)         | 2026-12-30T00:00:00Z | 2027-01-02T07:01:00Z
            """)
    void the_next_such_moment_is_meant(String text, Instant now, Instant expected) {
        assertThat(ResetText.parse(text, now)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "API Error: 500",
        "resets soon",
        "resets 13pm (UTC)",
        "resets 2am (Nowhere/Land)",
        "resets Foo 3 at 2am",
        "resets Feb 31 at 2am"
    })
    void what_names_no_moment_has_none(String text) {
        assertThat(ResetText.parse(text, Instant.EPOCH)).isEqualTo(Optional.empty());
    }
}
