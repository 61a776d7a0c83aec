package org.claudecluster.worker.api.guard;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/**
 * Refuses requests whose target is no URI, such as {@code /%zz}, by a problem. The framework would refuse the same ones
 * without a body, unless it is told not to look by {@link #OURS}.
 */
@ApplicationScoped
public class MalformedUris {

    /** A system property that has to be {@code true} before the framework's classes are loaded. */
    public static final String OURS = "vertx.disableURIValidation";

    /** Before all else, which relies on it. */
    private static final int PRIORITY = 1000;

    void register(@Observes Filters filters) {
        filters.register(MalformedUris::check, PRIORITY);
    }

    private static void check(RoutingContext routing) {
        try {
            URI _ = new URI(routing.request().uri());
        } catch (URISyntaxException e) {
            TaskProblem problem = new TaskProblem(
                    Code.INVALID_REQUEST,
                    "the request's target is no URI: %s at %d".formatted(e.getReason(), e.getIndex()));
            ProblemJson.send(
                    routing,
                    Problems.of(problem, String.valueOf(routing.request().path())));
            return;
        }
        routing.next();
    }
}
