package org.claudecluster.worker.api.http;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code ?wait=30s}. */
public final class Durations {

    public static final Duration MAX_WAIT = Duration.ofMinutes(5);

    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s|m)?");

    private Durations() {}

    /** Absent is zero; a plain number counts seconds. */
    public static Duration wait(@Nullable String text) {
        if (text == null) {
            return Duration.ZERO;
        }
        return parse(text)
                .filter(wait -> wait.compareTo(MAX_WAIT) <= 0)
                .orElseThrow(() -> StrictJson.invalid("wait", "must be 0s to 300s, such as 30s, 500ms or 2m"));
    }

    private static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return Optional.of(
                switch (unit) {
                    case "ms" -> Duration.ofMillis(number);
                    case "m" -> Duration.ofMinutes(number);
                    default -> Duration.ofSeconds(number);
                });
    }
}
