package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is kept of what a task prints. */
@ConfigMapping(prefix = "worker.transcript")
public interface TranscriptConfig {

    /** The most of one task that may wait in memory for the log; beyond it the terminal is not read. */
    @WithDefault("8M")
    MemorySize buffer();

    /** The most of one run that is kept: its head, and the newest 512 KiB; what lies between is one marked gap. */
    @WithDefault("64M")
    MemorySize cap();
}
