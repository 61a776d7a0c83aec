package org.claudecluster.worker.service;

import java.util.Locale;
import java.util.Optional;

/** Says whether {@code /stream} serves. */
public enum StreamingType {
    SSE,
    STUB;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type with this wire name. */
    public static Optional<StreamingType> ofWire(String wire) {
        for (StreamingType type : values()) {
            if (type.wire().equals(wire)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
