package org.claudecluster.worker.api;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What the HTTP edge needs to know.
 *
 * @param lease how long a worker is taken for alive after it was last seen
 * @param defaultTimeout for tasks that name none
 * @param keepAlive how often a silent stream gets a comment
 * @param stall how long a viewer may take nothing before it is closed as lagging
 * @param terminal what {@code /pty/status} shows of the terminal: {@code cols} and {@code rows}
 */
public record ApiSettings(
        String version,
        String environment,
        Duration lease,
        Duration defaultTimeout,
        Path workspaces,
        Duration keepAlive,
        Duration stall,
        int maxStreams,
        StreamingType streaming,
        String cliPath,
        Map<String, Integer> terminal) {

    public ApiSettings {
        requireNonNull(version, "version");
        requireNonNull(streaming, "streaming");
        terminal = Map.copyOf(terminal);
        if (maxStreams < 1) {
            throw new IllegalArgumentException("maxStreams must be positive: " + maxStreams);
        }
    }
}
