package org.claudecluster.worker.api.guard;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/**
 * Refuses what only begins like the path of the page that shows the API. The framework's route takes it, and its handler
 * of files then fails, as at {@code /q/swagger-ui..}: 500.
 */
@ApplicationScoped
class PageOfTheApi {

    /** Behind the look at the URI and at who asks. */
    private static final int PRIORITY = 800;

    private static final String PATH = "/q/swagger-ui";

    void register(@Observes Filters filters) {
        filters.register(PageOfTheApi::check, PRIORITY);
    }

    private static void check(RoutingContext routing) {
        String path = routing.normalizedPath();
        boolean isOther = path.startsWith(PATH) && path.length() > PATH.length() && path.charAt(PATH.length()) != '/';
        if (isOther) {
            ProblemJson.send(routing, Problems.of(new TaskProblem(Code.NOT_FOUND, "there is nothing here"), path));
        } else {
            routing.next();
        }
    }
}
