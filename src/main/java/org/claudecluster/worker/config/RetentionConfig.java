package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long what has ended is kept. */
@ConfigMapping(prefix = "worker.retention")
public interface RetentionConfig {

    /** How long after its end a task is removed, with its transcript. 0: never. */
    @WithDefault("30d")
    Duration tasks();

    /** How long after its task's end a transcript is removed. 0: with the task. */
    @WithDefault("7d")
    Duration transcripts();
}
