package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where things lie. */
@ConfigMapping(prefix = "worker.storage")
public interface StorageConfig {

    /** The embedded store, transcripts and the CLI's own files. Must be writable. */
    @WithDefault("data")
    Path dataDir();

    /**
     * A PostgreSQL database that several workers share, {@code jdbc:postgresql://host:5432/name}. Absent: an embedded
     * store in the data directory, for this worker alone.
     */
    Optional<String> jdbcUrl();

    /** The database's user. Absent: what the URL says. */
    Optional<String> username();

    /** The database's password. Absent: what the URL says. */
    Optional<String> password();

    /** The root below which tasks work. Absent: {@code workspace} in the data directory. */
    Optional<Path> workspaceRoot();

    /** How long a start waits for a shared store that does not answer. */
    @WithDefault("30s")
    Duration patience();

    /** How long output may be in memory only: what a {@code kill -9} can take. */
    @WithDefault("250ms")
    @TimeSpan(moreThanZero = true)
    Duration flush();
}
