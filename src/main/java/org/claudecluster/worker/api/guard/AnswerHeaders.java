package org.claudecluster.worker.api.guard;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/**
 * Tells browsers that no page may frame an answer, that its type is what it says, and that where a link leads is not told
 * what was looked at. By a filter and not by the framework's settings, whose routes come before the look at the URI.
 */
@ApplicationScoped
class AnswerHeaders {

    /** Behind the look at the URI, before all that refuses. */
    private static final int PRIORITY = 950;

    private static final Map<String, String> HEADERS = Map.of(
            "X-Frame-Options", "DENY",
            "Content-Security-Policy", "frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer");

    void register(@Observes Filters filters) {
        filters.register(AnswerHeaders::set, PRIORITY);
    }

    private static void set(RoutingContext routing) {
        HEADERS.forEach(routing.response()::putHeader);
        routing.next();
    }
}
