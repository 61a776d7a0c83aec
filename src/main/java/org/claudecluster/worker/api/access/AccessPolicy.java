package org.claudecluster.worker.api.access;

import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.api.http.ProbePaths;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Asks everybody who they are, on every path but {@link PublicPaths}; so a route that is added is closed until somebody
 * opens it. application.properties gives it every path.
 */
@ApplicationScoped
class AccessPolicy implements HttpSecurityPolicy {

    private final boolean asksForMetrics;

    AccessPolicy(@ConfigProperty(name = "worker.access.metrics") boolean asksForMetrics) {
        this.asksForMetrics = asksForMetrics;
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
        return identity.onItem()
                .transform(found -> isPublic || isSomebody(found) ? CheckResult.PERMIT : denied(routing))
                .onFailure(AuthenticationFailedException.class)
                .recoverWithItem(failure -> refused(routing, failure))
                .onFailure(OIDCException.class)
                .recoverWithItem(_ -> issuerAway(routing));
    }

    private static boolean isSomebody(@Nullable SecurityIdentity identity) {
        return Identities.caller(identity).isPresent();
    }

    private static CheckResult denied(RoutingContext routing) {
        AccessRefusals.unauthorized(routing, Admission.NEEDS_KEY);
        return CheckResult.DENY;
    }

    private static CheckResult refused(RoutingContext routing, AuthenticationFailedException failure) {
        AccessRefusals.unauthorized(routing, AccessRefusals.detail(failure));
        return CheckResult.DENY;
    }

    private static CheckResult issuerAway(RoutingContext routing) {
        AccessRefusals.send(routing, AccessRefusals.issuerAway());
        return CheckResult.DENY;
    }
}
