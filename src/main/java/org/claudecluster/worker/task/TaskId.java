package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Names one task. The wire form is a lower-case UUID; ours are version 7, so they sort by the time of submission. */
public record TaskId(UUID value) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TEXT_LENGTH = 36;

    public TaskId {
        requireNonNull(value, "value");
    }

    /** A new id whose first 48 bits are {@code at} in milliseconds (RFC 9562, version 7). */
    public static TaskId create(Instant at) {
        long high = (at.toEpochMilli() << 16) | 0x7000L | (RANDOM.nextInt() & 0x0fffL);
        long low = (RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new TaskId(new UUID(high, low));
    }

    /** Reads the wire form; anything else is empty, never an exception. */
    public static Optional<TaskId> parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            return Optional.empty();
        }
        try {
            // UUID.fromString takes dashes anywhere, and one task must not have two names.
            return Optional.of(new TaskId(UUID.fromString(text)))
                    .filter(id -> id.toString().equalsIgnoreCase(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
