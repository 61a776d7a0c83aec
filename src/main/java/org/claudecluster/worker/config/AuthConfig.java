package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Configures the credential of tasks; docs/credentials.md has the shapes of the file. */
@ConfigMapping(prefix = "worker.auth")
public interface AuthConfig {

    /** A mounted credentials file. It wins over the environment; that it is absent is fine. */
    @WithDefault("/app/auth/config.json")
    Path file();

    /** How often the file is looked at. Running tasks go on with what they were started with. */
    @WithDefault("2s")
    @TimeSpan(moreThanZero = true)
    Duration poll();

    /** Whether a credential is tried by one real one-turn call, at the start and when it changes. Costs a few tokens. */
    @WithDefault("false")
    @WithConverter(TrueOrFalse.class)
    boolean verify();

    /** The model of such a call. Absent: the CLI's default. */
    @TextLength(from = 1, to = 200)
    Optional<String> verifyModel();

    /**
     * A credential that the API has refused, or whose account can't pay, is tried again by a one-turn call while tasks
     * wait: after 5 s, then after twice as long each time, up to this.
     */
    @WithDefault("60s")
    @TimeSpan(moreThanZero = true)
    Duration retry();
}
