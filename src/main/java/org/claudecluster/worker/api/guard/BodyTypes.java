package org.claudecluster.worker.api.guard;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a body that does not say what it is. A page may have its visitor's browser send such a one to any address, while
 * for {@code application/json} the browser asks first. The framework takes it for whatever is wanted.
 */
@ApplicationScoped
class BodyTypes {

    /** Behind the look at who asks. */
    private static final int PRIORITY = 800;

    void register(@Observes Filters filters) {
        filters.register(BodyTypes::check, PRIORITY);
    }

    private static void check(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!hasBody(request) || request.getHeader(HttpHeaders.CONTENT_TYPE) != null) {
            routing.next();
            return;
        }
        TaskProblem problem = new TaskProblem(
                Code.UNSUPPORTED_MEDIA_TYPE, "the body does not say what it is: send Content-Type: application/json");
        ProblemJson.send(routing, Problems.of(problem, String.valueOf(request.path())));
    }

    private static boolean hasBody(HttpServerRequest request) {
        @Nullable String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null || (length != null && !length.equals("0"));
    }
}
