package org.claudecluster.worker.api.access;

import io.quarkus.oidc.OIDCException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import org.claudecluster.worker.access.AccessKey;
import org.claudecluster.worker.api.http.ProbePaths;
import org.claudecluster.worker.api.http.ProblemJson;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Asks everybody who they are, on every path but {@link PublicPaths}; so a route that is added is closed until somebody
 * opens it. application.properties gives it every path. Whom it denies {@link KeyAuthentication} answers, and a credential
 * that is none {@link AccessMappers}.
 */
@ApplicationScoped
class AccessPolicy implements HttpSecurityPolicy {

    /** An issuer may accept a connection and never answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final boolean asksForMetrics;
    private final IssuerContacts contacts;

    AccessPolicy(@ConfigProperty(name = "worker.access.metrics") boolean asksForMetrics, IssuerContacts contacts) {
        this.asksForMetrics = asksForMetrics;
        this.contacts = contacts;
    }

    @Override
    public String name() {
        return "worker-access";
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext routing, Uni<SecurityIdentity> identity, AuthorizationRequestContext context) {
        String path = routing.normalizedPath();
        boolean isPublic = PublicPaths.isPublic(path, asksForMetrics);
        if (ProbePaths.isHealth(path) || (isPublic && !AdmissionFilter.hasCredential(routing.request()))) {
            return CheckResult.permit();
        }
        Uni<CheckResult> result = identity.onItem()
                .transform(found ->
                        isPublic || Identities.caller(found).isPresent() ? CheckResult.PERMIT : CheckResult.DENY);
        return mayAskAnIssuer(routing) ? bounded(routing, result) : result;
    }

    private static boolean mayAskAnIssuer(RoutingContext routing) {
        @Nullable String credential = routing.request().getHeader(HttpHeaders.AUTHORIZATION);
        return credential != null && !credential.contains(AccessKey.PREFIX);
    }

    private Uni<CheckResult> bounded(RoutingContext routing, Uni<CheckResult> result) {
        return result.invoke(_ -> tell(routing, true))
                .ifNoItem()
                .after(PATIENCE)
                .recoverWithUni(() -> issuerAway(routing))
                .onFailure()
                .invoke(failure -> tell(routing, !(failure instanceof OIDCException)));
    }

    private Uni<CheckResult> issuerAway(RoutingContext routing) {
        tell(routing, false);
        return Uni.createFrom()
                .emitter(told -> ProblemJson.inATurnOfItsOwn(() -> {
                    AccessRefusals.sendIssuerAway(routing);
                    told.complete(CheckResult.DENY);
                }));
    }

    /** Whoever was refused by its token's signature has reached the issuer, too. */
    private void tell(RoutingContext routing, boolean isReached) {
        @Nullable String issuer = routing.remove(KeyAuthentication.ASKED);
        if (issuer == null) {
            return;
        }
        if (isReached) {
            contacts.reached(issuer);
        } else {
            contacts.failed(issuer);
        }
    }
}
