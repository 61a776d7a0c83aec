package org.claudecluster.worker.api.access;

import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.PermissionsAllowed;
import io.quarkus.security.UnauthorizedException;
import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.util.Optional;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/**
 * Turns refusals inside JAX-RS into responses. Before those of the problem library (priority 1 wins): its own fail with a
 * missing field of this Quarkus and make each 401 a 500.
 */
final class AccessMappers {

    private AccessMappers() {}

    private static Response unauthorized(String detail, UriInfo uri) {
        return Response.fromResponse(Problems.of(new TaskProblem(Code.UNAUTHORIZED, detail), uri.getPath())
                        .toResponse())
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    /** For whoever brings nothing. */
    @Provider
    @Priority(1)
    public static class Nobody implements ExceptionMapper<UnauthorizedException> {

        private final UriInfo uri;

        public Nobody(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(UnauthorizedException nobody) {
            return unauthorized(Admission.NEEDS_KEY, uri);
        }
    }

    /** For a credential that lets nobody in. */
    @Provider
    @Priority(1)
    public static class Unknown implements ExceptionMapper<AuthenticationFailedException> {

        private final UriInfo uri;

        public Unknown(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(AuthenticationFailedException failure) {
            return unauthorized(AccessRefusals.detail(failure), uri);
        }
    }

    /** For a token whose issuer's keys can't be had; also on routes that are none of JAX-RS. */
    @Provider
    @Priority(1)
    public static class IssuerAway implements ExceptionMapper<OIDCException> {

        private final UriInfo uri;

        public IssuerAway(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(OIDCException away) {
            return Problems.of(AccessRefusals.issuerAway(), uri.getPath()).toResponse();
        }
    }

    /** For a caller who may not do this. */
    @Provider
    @Priority(1)
    public static class Forbidden implements ExceptionMapper<ForbiddenException> {

        private final UriInfo uri;
        private final ResourceInfo asked;

        public Forbidden(@Context UriInfo uri, @Context ResourceInfo asked) {
            this.uri = uri;
            this.asked = asked;
        }

        @Override
        public Response toResponse(ForbiddenException forbidden) {
            @Nullable Method method = asked.getResourceMethod();
            String needed = Optional.ofNullable(method)
                    .map(known -> known.getAnnotation(PermissionsAllowed.class))
                    .map(allowed -> String.join(", ", allowed.value()))
                    .orElse("another scope");
            return Problems.of(Callers.forbidden(needed), uri.getPath()).toResponse();
        }
    }
}
