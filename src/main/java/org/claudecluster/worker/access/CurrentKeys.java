package org.claudecluster.worker.access;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Follows the file of keys. A file that can't be used any more changes nothing: whoever was let in still is, and a log
 * line and a meter tell it.
 */
public final class CurrentKeys {

    private static final Logger LOG = Logger.getLogger(CurrentKeys.class);

    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("access-keys").daemon().factory());
    private volatile Optional<Path> file = Optional.empty();
    private volatile AccessKeys keys = AccessKeys.NONE;
    private volatile Optional<String> problem = Optional.empty();

    /** Lets nobody in until {@link #begin}. */
    public CurrentKeys(InstantSource clock) {
        this.clock = clock;
    }

    /** Reads the file, if there is one; throws {@link IllegalArgumentException}, which says why, if it can't be used. */
    public void begin(Optional<Path> keysFile) {
        keys = keysFile.map(CurrentKeys::atStart).orElse(AccessKeys.NONE);
        file = keysFile;
    }

    private static AccessKeys atStart(Path file) {
        return switch (KeysFile.read(file)) {
            case KeysFile.Accepted(AccessKeys found) -> found;
            case KeysFile.Refused(String why) -> throw new IllegalArgumentException(why);
        };
    }

    /** Looks at the file again and again. */
    public void follow(Duration every) {
        if (file.isPresent()) {
            long millis = every.toMillis();
            ScheduledFuture<?> _ = timer.scheduleWithFixedDelay(this::attempt, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    public void stop() {
        timer.shutdown();
    }

    /** A timer forgets a job that throws. */
    private void attempt() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("the keys could not be looked at", e);
        }
    }

    /** Takes over what the file holds now, if that can be used. */
    void look() {
        file.ifPresent(path -> {
            switch (KeysFile.read(path)) {
                case KeysFile.Accepted(AccessKeys found) -> {
                    String changes = found.changesSince(keys);
                    if (!changes.isEmpty()) {
                        LOG.infof("keys have changed: %s", changes);
                    }
                    keys = found;
                    problem.ifPresent(_ -> LOG.infof("the keys file is sound again: %d keys", found.size()));
                    problem = Optional.empty();
                }
                case KeysFile.Refused(String why) -> {
                    if (!problem.equals(Optional.of(why))) {
                        LOG.warnf("the keys file is refused, the keys before it stay: %s", why);
                    }
                    problem = Optional.of(why);
                }
            }
        });
    }

    /** Tells who sent this key; empty for an unknown or expired one. */
    public Optional<Caller> caller(String key) {
        return keys.caller(key, clock.instant());
    }

    /** Whether the file was sound at the last look, or there is none. */
    public boolean isValid() {
        return problem.isEmpty();
    }
}
