package org.claudecluster.worker.api.access;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.api.http.ProbePaths;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;

/**
 * Refuses what {@link Admission} refuses. A request with a credential is judged by that alone, and so is not looked at
 * here: no page can have a browser send one to another origin without being asked back.
 */
@ApplicationScoped
class AdmissionFilter {

    /** Behind the look at the URI, before all else. */
    private static final int PRIORITY = 900;

    private static final List<String> OF_PROXIES = List.of("Forwarded", "X-Real-IP", "Via");
    private static final String FORWARDED = "x-forwarded-";

    private final Admission admission;

    AdmissionFilter(Admission admission) {
        this.admission = admission;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext routing) {
        String path = routing.normalizedPath();
        Optional<TaskProblem> refusal = ProbePaths.isHealth(path) || hasCredential(routing.request())
                ? Optional.empty()
                : admission.refusal(head(routing.request(), path));
        if (refusal.isEmpty()) {
            routing.next();
        } else {
            ProblemJson.send(
                    routing,
                    Problems.of(refusal.get(), String.valueOf(routing.request().path())));
        }
    }

    static boolean hasCredential(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION);
    }

    private static Admission.Head head(HttpServerRequest request, String path) {
        return new Admission.Head(
                path,
                Optional.ofNullable(request.getHeader(HttpHeaders.HOST)),
                Optional.ofNullable(request.getHeader("Sec-Fetch-Site")),
                Optional.ofNullable(request.getHeader(HttpHeaders.ORIGIN)),
                request.method().equals(HttpMethod.GET) && "navigate".equals(request.getHeader("Sec-Fetch-Mode")),
                isForwarded(request.headers()));
    }

    private static boolean isForwarded(MultiMap headers) {
        return OF_PROXIES.stream().anyMatch(headers::contains)
                || headers.names().stream()
                        .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(FORWARDED));
    }
}
