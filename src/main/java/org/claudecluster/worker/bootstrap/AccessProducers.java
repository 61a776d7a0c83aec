package org.claudecluster.worker.bootstrap;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.AccessMode;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.access.AllowedHosts;
import org.claudecluster.worker.access.ClaimPath;
import org.claudecluster.worker.access.CurrentKeys;
import org.claudecluster.worker.access.FirstKey;
import org.claudecluster.worker.access.Issuer;
import org.claudecluster.worker.access.Issuers;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.config.AccessConfig;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.observe.AccessMeters;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.Tenant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Puts together what callers are told by, and says at the start how open the door is. */
@ApplicationScoped
class AccessProducers {

    private static final Logger LOG = Logger.getLogger(AccessProducers.class);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration REMINDER = Duration.ofHours(1);
    private static final String DEFAULT_SCOPES = "scope";

    private final ScheduledExecutorService reminders = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("open-door").daemon().factory());

    @Produces
    @Singleton
    Admission admission(
            AccessConfig access, Issuers issuers, @ConfigProperty(name = "quarkus.http.host") String listening) {
        List<String> names = new ArrayList<>(access.hosts().orElse(List.of()));
        names.add(WorkerProducers.hostName());
        boolean hasKeysOrIssuers = access.keysFile().isPresent() || !issuers.isEmpty();
        AccessMode mode = switch (access.mode()) {
            case AUTO -> AccessMode.automatic(listening, hasKeysOrIssuers);
            case KEY -> AccessMode.KEY;
            case LOCAL -> AccessMode.LOCAL;
            case NONE -> AccessMode.NONE;
        };
        return new Admission(mode, new AllowedHosts(names));
    }

    @Produces
    @Singleton
    CurrentKeys keys(
            AccessConfig access,
            Admission admission,
            Issuers issuers,
            StorageConfig storage,
            Database database,
            InstantSource clock) {
        Optional<Path> file = access.keysFile()
                .or(() -> admission.mode() == AccessMode.KEY && issuers.isEmpty()
                        ? Optional.of(firstKey(storage, database))
                        : Optional.empty());
        try {
            return new CurrentKeys(file, clock);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.access.keys-file=%s is refused: %s"
                    .formatted(file.map(Path::toString).orElse(""), e.getMessage()));
        }
    }

    /** Workers that share a store must share keys as well, and this worker's directory is its own. */
    private static Path firstKey(StorageConfig storage, Database database) {
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

    @Produces
    @Singleton
    Issuers issuers(AccessConfig access) {
        try {
            return new Issuers(access.oidc().entrySet().stream()
                    .map(entry -> issuer(entry.getKey(), entry.getValue()))
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.access.oidc.*: " + e.getMessage());
        }
    }

    private static Issuer issuer(String name, AccessConfig.Issuer given) {
        if (given.tenant().isPresent() == given.tenantClaim().isPresent()) {
            throw new IllegalArgumentException(name + " needs either tenant or tenant-claim");
        }
        if (given.scopes().isPresent() && given.scopeClaim().isPresent()) {
            throw new IllegalArgumentException(name + " has both scopes and scope-claim");
        }
        Issuer.TenantRule tenant = given.tenant()
                .<Issuer.TenantRule>map(fixed -> new Issuer.TenantRule.Fixed(new Tenant(fixed)))
                .orElseGet(() -> new Issuer.TenantRule.Claim(
                        ClaimPath.parse(given.tenantClaim().orElseThrow())));
        Issuer.ScopeRule scopes = given.scopes()
                .<Issuer.ScopeRule>map(fixed -> new Issuer.ScopeRule.Fixed(scopes(name, fixed)))
                .orElseGet(() -> new Issuer.ScopeRule.Claim(
                        ClaimPath.parse(given.scopeClaim().orElse(DEFAULT_SCOPES))));
        return new Issuer(
                name,
                given.url(),
                given.audience(),
                tenant,
                scopes,
                new Issuer.KeySource(given.jwksUrl(), given.caFile(), given.tokenFile()));
    }

    private static Set<Scope> scopes(String issuer, List<String> names) {
        return names.stream()
                .map(name -> Scope.parse(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                issuer + ".scopes names something else than " + String.join(", ", Scope.names()))))
                .collect(Collectors.toSet());
    }

    void start(
            @Observes StartupEvent event,
            Admission admission,
            CurrentKeys keys,
            AccessMeters meters,
            @ConfigProperty(name = "quarkus.http.host") String listening) {
        meters.follow(keys::isValid);
        keys.follow(LOOK);
        tell(admission.mode(), listening);
    }

    private void tell(AccessMode mode, String listening) {
        switch (mode) {
            case KEY -> LOG.infof("listening on %s, and asking everybody for a key or a token", listening);
            case LOCAL -> {
                if (!AccessMode.isLoopback(listening)) {
                    LOG.warnf(
                            "listening on %s, and asking nobody for a key (worker.access.mode=local): whoever reaches this port runs commands as the worker's user",
                            listening);
                }
            }
            case NONE -> {
                warnOfOpenDoor(listening);
                long hour = REMINDER.toMillis();
                ScheduledFuture<?> _ = reminders.scheduleAtFixedRate(
                        () -> warnOfOpenDoor(listening), hour, hour, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static void warnOfOpenDoor(String listening) {
        LOG.warnf(
                "asking nobody for a key (worker.access.mode=none): whoever reaches %s runs commands as the worker's user",
                listening);
    }

    void stop(@Observes ShutdownEvent event, CurrentKeys keys) {
        keys.stop();
        reminders.shutdown();
    }
}
