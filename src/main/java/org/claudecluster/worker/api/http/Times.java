package org.claudecluster.worker.api.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The wire form of a time: ISO 8601, UTC, always three digits of milliseconds. */
public final class Times {

    private static final DateTimeFormatter WIRE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Times() {}

    public static String wire(Instant instant) {
        return WIRE.format(instant);
    }

    public static @Nullable String wire(Optional<Instant> instant) {
        return instant.map(Times::wire).orElse(null);
    }
}
