package org.claudecluster.worker.api.access;

import io.quarkus.arc.Unremovable;
import io.quarkus.oidc.common.OidcEndpoint;
import io.quarkus.oidc.common.OidcRequestFilter;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.Issuer;
import org.claudecluster.worker.access.Issuers;
import org.jspecify.annotations.Nullable;

/** Sends a token along where an issuer, such as a cluster's API server, shows its public keys only to whom it knows. */
@ApplicationScoped
@Unremovable
@OidcEndpoint({OidcEndpoint.Type.JWKS, OidcEndpoint.Type.DISCOVERY})
class KeySetTokens implements OidcRequestFilter {

    private static final String ISSUER = "tenant-id";

    private final Map<String, Path> files;

    KeySetTokens(Issuers issuers) {
        this.files = issuers.all().stream()
                .filter(issuer -> issuer.keySource().tokenFile().isPresent())
                .collect(Collectors.toMap(
                        Issuer::name, issuer -> issuer.keySource().tokenFile().orElseThrow()));
    }

    /** Read each time, since Kubernetes renews it every hour. */
    @Override
    public Uni<Void> filter(OidcRequestFilterContext context) {
        @Nullable String issuer = context.contextProperties().getString(ISSUER);
        @Nullable Path file = issuer == null ? null : files.get(issuer);
        return file == null
                ? Uni.createFrom().voidItem()
                : context.runBlocking(
                        () -> context.request().putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + content(file)));
    }

    private static String content(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the token file of an issuer can't be read", e);
        }
    }
}
