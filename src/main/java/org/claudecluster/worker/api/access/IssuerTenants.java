package org.claudecluster.worker.api.access;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.OidcTenantConfigBuilder;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.Issuer;
import org.claudecluster.worker.access.Issuers;
import org.jspecify.annotations.Nullable;

/** Tells the framework by which issuer's keys a token is checked. Its tenants are issuers here. */
@ApplicationScoped
class IssuerTenants implements TenantConfigResolver {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final OidcTenantConfig NONE =
            OidcTenantConfig.builder().tenantId("none").tenantEnabled(false).build();

    private final Issuers issuers;
    private final Map<String, OidcTenantConfig> configurations;

    IssuerTenants(Issuers issuers, TlsConfigurationRegistry certificates) {
        this.issuers = issuers;
        this.configurations = issuers.all().stream()
                .collect(Collectors.toMap(Issuer::name, issuer -> configuration(issuer, certificates)));
    }

    @Override
    public Uni<OidcTenantConfig> resolve(RoutingContext routing, OidcRequestContext<OidcTenantConfig> context) {
        return Uni.createFrom()
                .item(token(routing)
                        .flatMap(issuers::of)
                        .map(Issuer::name)
                        .map(configurations::get)
                        .orElse(NONE));
    }

    private static Optional<String> token(RoutingContext routing) {
        @Nullable String header = routing.request().getHeader(HttpHeaders.AUTHORIZATION);
        return Optional.ofNullable(header).map(String::strip).map(value -> value.substring(value.lastIndexOf(' ') + 1));
    }

    private static OidcTenantConfig configuration(Issuer issuer, TlsConfigurationRegistry certificates) {
        OidcTenantConfigBuilder builder = OidcTenantConfig.authServerUrl(issuer.url())
                .tenantId(issuer.name())
                .connectionTimeout(PATIENCE)
                .token()
                .issuer(issuer.url())
                .audience(issuer.audience())
                .principalClaim("sub")
                .allowOpaqueTokenIntrospection(false)
                .allowJwtIntrospection(false)
                .end();
        issuer.keySource()
                .url()
                .ifPresent(url -> builder.discoveryEnabled(false).jwksPath(url));
        issuer.keySource().caFile().ifPresent(file -> {
            String name = "worker-access-" + issuer.name();
            certificates.register(name, new Certificates(name, file));
            builder.tlsConfigurationName(name);
        });
        return builder.build();
    }

    /** Trusts what a file names and nothing else. */
    private static final class Certificates extends BaseTlsConfiguration {

        private final String name;
        private final PemTrustOptions trusted;

        Certificates(String name, Path file) {
            this.name = name;
            this.trusted = new PemTrustOptions().addCertPath(file.toString());
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public TrustOptions getTrustStoreOptions() {
            return trusted;
        }

        @Override
        public SSLOptions getSSLOptions() {
            return new SSLOptions().setTrustOptions(trusted);
        }
    }
}
