package org.claudecluster.worker.api.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One range of bytes (RFC 9110, section 14), end excluded.
 *
 * @param from at or behind the end when the range can't be satisfied
 */
public record ByteRange(long from, long end) {

    private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})", Pattern.CASE_INSENSITIVE);

    /** A range that is absent, malformed or one of several is ignored, as the RFC allows: all is sent. */
    public static Optional<ByteRange> parse(@Nullable String header, long length) {
        Matcher matcher = FORM.matcher(header == null ? "" : header.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? Optional.empty() : Optional.of(suffix(Long.parseLong(last), length));
        }
        long from = Long.parseLong(first);
        long end = last.isEmpty() ? length : Math.min(length, Long.parseLong(last) + 1);
        boolean backwards = !last.isEmpty() && Long.parseLong(last) < from;
        return backwards ? Optional.empty() : Optional.of(new ByteRange(from, Math.max(from, end)));
    }

    private static ByteRange suffix(long wanted, long length) {
        return wanted == 0 ? new ByteRange(length, length) : new ByteRange(Math.max(0, length - wanted), length);
    }
}
