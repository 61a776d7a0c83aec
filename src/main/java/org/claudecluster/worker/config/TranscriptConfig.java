package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configures how much of a task's output is kept. */
@ConfigMapping(prefix = "worker.transcript")
public interface TranscriptConfig {

    /** The most of one task that may wait in memory for the log; beyond it the terminal is not read. */
    @WithDefault("8M")
    @ByteSize(fromKiB = 256)
    MemorySize buffer();

    /** The most of one run that is kept: its head, and the newest 512 KiB; what lies between is one marked gap. */
    @WithDefault("64M")
    @ByteSize(fromKiB = 1024)
    MemorySize cap();

    /** What happens to a run that prints more: {@code cut} and go on, or {@code fail} with {@code output_limit}. */
    @WithDefault("cut")
    AtCap atCap();

    /** Says what becomes of a run that prints more than is kept. */
    enum AtCap {
        CUT,
        FAIL
    }
}
