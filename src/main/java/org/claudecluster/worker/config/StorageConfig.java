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

    /** The root below which tasks work. Absent: {@code workspace} in the data directory. */
    Optional<Path> workspaceRoot();

    /** The PostgreSQL that replicas share: {@code jdbc:postgresql://HOST:PORT/DATABASE}. Absent: the embedded store. */
    Optional<String> jdbcUrl();

    /** The shared store's user. */
    Optional<String> username();

    /** The shared store's password. */
    Optional<String> password();

    /** How long a start waits for a shared store that does not answer. */
    @WithDefault("30s")
    Duration patience();

    /** How long output may be in memory only: what a {@code kill -9} can take. */
    @WithDefault("250ms")
    Duration flush();
}
