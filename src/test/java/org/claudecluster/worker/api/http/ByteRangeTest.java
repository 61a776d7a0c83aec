package org.claudecluster.worker.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110, section 14. */
class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-499, 0, 500",
        "bytes=500-999, 500, 1000",
        "bytes=9500-, 9500, 10000",
        "bytes=-500, 9500, 10000",
        "bytes=0-, 0, 10000",
        "bytes=-99999, 0, 10000",
        "bytes=9999-99999, 9999, 10000",
        "bytes=0-999999999999999999, 0, 10000",
        "Bytes=0-1, 0, 2",
        "' bytes=0-1 ', 0, 2"
    })
    void a_range_that_can_be_satisfied_is_cut_to_the_length(String header, long from, long end) {
        assertThat(ByteRange.parse(header, 10_000)).contains(new ByteRange(from, end));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10000-", "bytes=10000-10001", "bytes=999999999999999999-", "bytes=-0"})
    void a_range_behind_the_end_can_t_be_satisfied(String header) {
        assertThat(ByteRange.parse(header, 10_000))
                .hasValueSatisfying(range -> assertThat(range.from()).isGreaterThanOrEqualTo(10_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=2-1",
                "bytes=a-b",
                "bytes=1-2,5-6",
                "lines=1-2",
                "bytes=--1",
                "bytes=0x1-2",
                "bytes=9999999999999999999-",
                "bytes = 1-2"
            })
    void what_is_malformed_or_more_than_one_is_ignored(String header) {
        assertThat(ByteRange.parse(header, 10_000)).isEqualTo(Optional.empty());
    }

    @Test
    void no_header_is_no_range() {
        assertThat(ByteRange.parse(null, 10_000)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-", "bytes=-5", "bytes=0-0"})
    void nothing_can_be_satisfied_while_there_is_nothing(String header) {
        assertThat(ByteRange.parse(header, 0)).contains(new ByteRange(0, 0));
    }
}
