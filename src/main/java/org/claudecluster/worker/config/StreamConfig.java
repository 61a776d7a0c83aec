package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The event streams. */
@ConfigMapping(prefix = "worker.stream")
public interface StreamConfig {

    /** {@code sse}, or {@code stub} for none. {@code STREAMING_TYPE}. */
    @WithDefault("sse")
    Type type();

    /** How often a silent stream gets a comment, in milliseconds. {@code SSE_KEEPALIVE_INTERVAL}. */
    @WithDefault("15000")
    @WholeNumber(from = 100, to = 600_000)
    long keepaliveMs();

    /** The most streams at once; one more is refused with 503. {@code SSE_MAX_CONNECTIONS}. */
    @WithDefault("1000")
    @WholeNumber(from = 1, to = 100_000)
    int maxConnections();

    /** How long a viewer may take nothing before it is closed as lagging. */
    @WithDefault("30s")
    @TimeSpan(moreThanZero = true)
    Duration stall();

    /** Says whether there are streams. */
    enum Type {
        SSE,
        STUB
    }
}
