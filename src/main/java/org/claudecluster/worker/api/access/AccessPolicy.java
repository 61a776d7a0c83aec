package org.claudecluster.worker.api.access;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.claudecluster.worker.api.http.ProbePaths;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Asks everybody who they are, on every path but {@link PublicPaths}; so a route that is added is closed until somebody
 * opens it. application.properties gives it every path. Whom it denies {@link KeyAuthentication} answers, and a credential
 * that is none {@link AccessMappers}.
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
                .transform(found -> isPublic || Identities.caller(found).isPresent()
                        ? CheckResult.PERMIT
                        : CheckResult.DENY);
    }
}
