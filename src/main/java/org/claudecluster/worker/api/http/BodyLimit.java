package org.claudecluster.worker.api.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/**
 * Refuses bodies that are too large before they are read. The framework has a limit of its own, a little higher, for
 * bodies that don't say how long they are; it answers without a problem body.
 */
@ApplicationScoped
public class BodyLimit {

    /** Room for the longest prompt with every character escaped, and all options beside it. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    /** Before the framework's own check. */
    private static final int PRIORITY = 100;

    private static final int LONGEST_NUMBER = 18;

    void register(@Observes Filters filters) {
        filters.register(BodyLimit::check, PRIORITY);
    }

    private static void check(RoutingContext routing) {
        @Nullable String length = routing.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || !isTooLarge(length)) {
            routing.next();
            return;
        }
        routing.response().putHeader(HttpHeaders.CONNECTION, "close");
        ProblemJson.send(routing, Problems.of(problem(), routing.normalizedPath()));
    }

    private static boolean isTooLarge(String length) {
        return length.length() > LONGEST_NUMBER || Long.parseLong(length) > MAX_BYTES;
    }

    public static TaskProblem problem() {
        return new TaskProblem(Code.BODY_TOO_LARGE, "the body must be at most %d bytes (2 MiB)".formatted(MAX_BYTES));
    }
}
