package org.claudecluster.worker.bootstrap;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.access.AccessMode;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.access.CurrentKeys;
import org.claudecluster.worker.access.FirstKey;
import org.claudecluster.worker.access.Issuers;
import org.claudecluster.worker.config.AccessConfig;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.observe.AccessMeters;
import org.claudecluster.worker.store.database.Database;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Reads the keys, makes one where none was given, and says how open the door is. */
@Singleton
final class AccessStart {

    private static final Logger LOG = Logger.getLogger(AccessStart.class);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration REMINDER = Duration.ofHours(1);

    private final AccessConfig config;
    private final StorageConfig storage;
    private final Database database;
    private final Admission admission;
    private final Issuers issuers;
    private final CurrentKeys keys;
    private final AccessMeters meters;
    private final String listening;
    private final ScheduledExecutorService reminders = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("open-door").daemon().factory());

    AccessStart(
            AccessConfig config,
            StorageConfig storage,
            Database database,
            Admission admission,
            Issuers issuers,
            CurrentKeys keys,
            AccessMeters meters,
            @ConfigProperty(name = "quarkus.http.host") String listening) {
        this.config = config;
        this.storage = storage;
        this.database = database;
        this.admission = admission;
        this.issuers = issuers;
        this.keys = keys;
        this.meters = meters;
        this.listening = listening;
    }

    /** Throws {@link InvalidSettingException} for a file that can't be used, and where one is needed and missing. */
    void begin() {
        Optional<Path> file = config.keysFile()
                .or(() -> admission.mode() == AccessMode.KEY && issuers.isEmpty()
                        ? Optional.of(firstKey())
                        : Optional.empty());
        try {
            keys.begin(file);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.access.keys-file=%s is refused: %s"
                    .formatted(file.map(Path::toString).orElse(""), e.getMessage()));
        }
        if (config.keysFile().isPresent()) {
            // That of the first key is not followed: a task could write to it.
            keys.follow(LOOK);
        }
        meters.follow(keys::isValid);
        tell();
    }

    void stop() {
        keys.stop();
        reminders.shutdown();
    }

    /** Workers that share a store must share keys as well, and this worker's directory is its own. */
    private Path firstKey() {
        if (database.isShared()) {
            throw new InvalidSettingException(
                    "worker.access.keys-file is missing: workers that share a store are asked by others, so give them one"
                            + " file of keys (docs/access.md), an issuer (worker.access.oidc.*), or say"
                            + " worker.access.mode=local or none");
        }
        FirstKey first = FirstKey.in(storage.dataDir());
        try {
            if (first.make()) {
                LOG.warnf(
                        "nobody is let in without a key, and none was configured: one was made, in %s; remove that file when you have read it",
                        first.token());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory can't be prepared", e);
        }
        return first.keys();
    }

    private void tell() {
        switch (admission.mode()) {
            case KEY -> LOG.infof("listening on %s, and asking everybody for a key or a token", listening);
            case LOCAL -> {
                if (!AccessMode.isLoopback(listening)) {
                    LOG.warnf(
                            "listening on %s, and asking nobody for a key (worker.access.mode=local): whoever reaches this port runs commands as the worker's user",
                            listening);
                }
            }
            case NONE -> {
                warnOfOpenDoor();
                long hour = REMINDER.toMillis();
                ScheduledFuture<?> _ =
                        reminders.scheduleAtFixedRate(this::warnOfOpenDoor, hour, hour, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void warnOfOpenDoor() {
        LOG.warnf(
                "asking nobody for a key (worker.access.mode=none): whoever reaches %s runs commands as the worker's user",
                listening);
    }
}
