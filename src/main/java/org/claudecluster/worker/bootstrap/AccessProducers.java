package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.AccessMode;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.access.AllowedHosts;
import org.claudecluster.worker.access.ClaimPath;
import org.claudecluster.worker.access.CurrentKeys;
import org.claudecluster.worker.access.Issuer;
import org.claudecluster.worker.access.Issuers;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.config.AccessConfig;
import org.claudecluster.worker.task.Tenant;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what callers are told by. */
@ApplicationScoped
class AccessProducers {

    private static final String DEFAULT_SCOPES = "scope";

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
    CurrentKeys keys(InstantSource clock) {
        return new CurrentKeys(clock);
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
                given.requiredClaims().orElse(List.of()).stream()
                        .map(Issuer.RequiredClaim::parse)
                        .toList(),
                new Issuer.KeySource(given.jwksUrl(), given.caFile(), given.tokenFile()));
    }

    private static Set<Scope> scopes(String issuer, List<String> names) {
        return names.stream()
                .map(name -> Scope.parse(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                issuer + ".scopes names something else than " + String.join(", ", Scope.names()))))
                .collect(Collectors.toSet());
    }
}
