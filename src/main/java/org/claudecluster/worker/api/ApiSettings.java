package org.claudecluster.worker.api;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Holds what the HTTP edge needs to know.
 *
 * @param defaultTimeout for tasks that name none
 * @param keepAlive how often a silent stream gets a comment
 * @param stall how long a viewer may take nothing before it is closed as lagging
 * @param terminal what {@code /pty/status} shows of the terminal: {@code cols} and {@code rows}
 */
public record ApiSettings(
        String version,
        String environment,
        Duration defaultTimeout,
        Path workspaces,
        Duration keepAlive,
        Duration stall,
        String cliPath,
        Map<String, Integer> terminal) {

    public ApiSettings {
        requireNonNull(version, "version");
        terminal = Map.copyOf(terminal);
    }
}
