package org.claudecluster.worker.api.access;

import io.quarkus.security.ForbiddenException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/** Tells resources and routes who sent the request that they serve. */
@ApplicationScoped
public class Callers {

    /** The query parameter by which an admin asks for another tenant's tasks, on every route. */
    public static final String TENANT = "tenant";

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=-]{1,64}");

    private final SecurityIdentity identity;
    private final RoutingContext current;

    /** Takes what the framework gives anew for each request. */
    Callers(SecurityIdentity identity, RoutingContext current) {
        this.identity = identity;
        this.current = current;
    }

    /** Who sent the request of this thread. Throws a {@link TaskProblem} for a tenant that is not the caller's. */
    public Caller current() {
        return found().orElseThrow(() -> new ForbiddenException("nobody"));
    }

    /** Who sent the request of this thread; empty where nobody was asked. */
    public Optional<Caller> found() {
        return Identities.caller(identity).map(caller -> of(caller, current.request()));
    }

    /** Who sent a request that comes to a route, and may do this. */
    public static Caller of(RoutingContext routing, Scope needed) {
        @Nullable User user = routing.user();
        Caller caller = (user instanceof QuarkusHttpUser known
                        ? Identities.caller(known.getSecurityIdentity())
                        : Optional.<Caller>empty())
                .orElseThrow(() -> new TaskProblem(Code.FORBIDDEN, "nobody is allowed this"));
        if (!caller.may(needed)) {
            throw forbidden(needed.wire());
        }
        return of(caller, routing.request());
    }

    static TaskProblem forbidden(String needed) {
        return new TaskProblem(Code.FORBIDDEN, "this key or token lacks a scope: it needs " + needed);
    }

    private static Caller of(Caller caller, HttpServerRequest request) {
        String peer = Optional.ofNullable(request.remoteAddress())
                .map(SocketAddress::hostAddress)
                .orElse("unknown");
        String id = Optional.ofNullable(request.getHeader("X-Request-Id"))
                .filter(given -> REQUEST_ID.matcher(given).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
        @Nullable String tenant = request.getParam(TENANT);
        return (tenant == null ? caller : in(caller, tenant)).by(peer, id);
    }

    private static Caller in(Caller caller, String name) {
        Tenant tenant = Tenant.parse(name).orElseThrow(() -> StrictJson.invalid(TENANT, "must be " + Tenant.FORM));
        if (!tenant.equals(caller.tenant()) && !caller.may(Scope.ADMIN)) {
            throw forbidden(Scope.ADMIN.wire());
        }
        return caller.in(tenant);
    }
}
