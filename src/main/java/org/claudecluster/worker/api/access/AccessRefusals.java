package org.claudecluster.worker.api.access;

import io.quarkus.security.AuthenticationFailedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/** Says on the wire why nobody was let in. */
final class AccessRefusals {

    private static final String SCHEME = "Bearer";

    private AccessRefusals() {}

    static void unauthorized(RoutingContext routing, String detail) {
        if (!routing.response().headWritten()) {
            routing.response().putHeader(HttpHeaders.WWW_AUTHENTICATE, SCHEME);
        }
        send(routing, new TaskProblem(Code.UNAUTHORIZED, detail));
    }

    static void sendIssuerAway(RoutingContext routing) {
        send(routing, issuerAway());
    }

    /** The framework may have answered by a mapper already. */
    private static void send(RoutingContext routing, TaskProblem problem) {
        if (!routing.response().headWritten()) {
            ProblemJson.send(
                    routing.response(),
                    Problems.of(problem, String.valueOf(routing.request().path())));
        }
    }

    static TaskProblem issuerAway() {
        return new TaskProblem(
                Code.ISSUER_UNAVAILABLE, "the issuer of this token does not answer: try again, or use a key");
    }

    /** The words of ours where we have refused; the framework's may say too much of a token. */
    static String detail(AuthenticationFailedException failure) {
        return failure.getCause() != null
                ? "this token is not valid here: its signature, issuer, audience or time is another"
                : Optional.ofNullable(failure.getMessage()).orElse("this credential is not valid here");
    }
}
