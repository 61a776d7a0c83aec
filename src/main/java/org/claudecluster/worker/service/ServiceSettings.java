package org.claudecluster.worker.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Holds what the service needs to know.
 *
 * @param lease how long a worker is taken for alive after it was last seen
 * @param maxStreams streams and waiting requests at once
 * @param streaming whether streams are served at first
 */
public record ServiceSettings(Duration lease, int maxStreams, StreamingType streaming) {

    public ServiceSettings {
        requireNonNull(lease, "lease");
        requireNonNull(streaming, "streaming");
        if (maxStreams < 1) {
            throw new IllegalArgumentException("maxStreams must be positive: " + maxStreams);
        }
    }
}
