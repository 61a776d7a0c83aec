package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where log lines go beside standard output. */
@ConfigMapping(prefix = "worker.log")
public interface LogConfig {

    /**
     * A file that gets the same lines, rotated. Where its directory is missing or may not be written, none is written.
     * Absent: none.
     */
    Optional<Path> file();
}
