package org.claudecluster.worker.credential;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where credentials are looked for.
 *
 * @param file the mounted file, which may be absent
 * @param environment the worker's own, with what the configuration gives to every task
 * @param configDirectory the CLI's own directory, in which somebody may have logged in
 * @param logins where logins that rotate are kept
 * @param workspaces where tasks work, which no rule may hide
 * @param retry the longest time after which a credential that was refused is tried again
 */
public record CredentialSettings(
        Path file,
        Map<String, String> environment,
        Path configDirectory,
        Path logins,
        Path workspaces,
        Duration retry) {

    public CredentialSettings {
        requireNonNull(file, "file");
        environment = Map.copyOf(environment);
        requireNonNull(configDirectory, "configDirectory");
        requireNonNull(logins, "logins");
        requireNonNull(workspaces, "workspaces");
        if (!retry.isPositive()) {
            throw new IllegalArgumentException("retry must be positive: " + retry);
        }
    }
}
