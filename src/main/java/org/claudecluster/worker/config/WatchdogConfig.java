package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When a run that hangs is ended. 0s switches a watch off. */
@ConfigMapping(prefix = "worker.watchdog")
public interface WatchdogConfig {

    /** From the start to the first byte; then {@code never_started}. */
    @WithDefault("60s")
    Duration firstByte();

    /**
     * How long a run may print nothing, use no CPU and have no tool at work and none in the background behind its result;
     * then {@code no_output}.
     */
    @WithDefault("10m")
    Duration noOutput();

    /**
     * From the result, and from the end of the work in the background that outlived it, to the end of the program; then
     * the tree is ended and the task completes as {@code lingering}.
     */
    @WithDefault("10s")
    Duration lingering();

    /** How long a dialog may wait in the terminal of a headless run; then {@code permission_blocked}. */
    @WithDefault("10s")
    Duration prompt();
}
