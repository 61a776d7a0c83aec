package org.claudecluster.worker.api.guard;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/**
 * Refuses what a page of another origin sends by its visitor's browser, before any work: the worker asks nobody who they
 * are, and such a page could else run code wherever its visitor reaches one. Browsers tell by {@code Sec-Fetch-Site} (Fetch
 * Metadata) who asks, and no page can change that; those before 2023 tell by {@code Origin} at least where something is
 * sent; and a page whose name leads to the worker is told by that name in {@code Host}. Programs that are no browser send
 * none of the first two. Probes of health are answered whoever asks.
 */
@ApplicationScoped
class ForeignRequests {

    /** Behind the look at the URI, before all else. */
    private static final int PRIORITY = 900;

    private static final String HEALTH = "/q/health";

    /** A page of the worker's own, and what a user has typed. */
    private static final Set<String> OURS = Set.of("same-origin", "none");

    private final AllowedHosts hosts;

    ForeignRequests(AllowedHosts hosts) {
        this.hosts = hosts;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext routing) {
        String path = String.valueOf(routing.request().path());
        Optional<TaskProblem> problem = isHealth(path) ? Optional.empty() : problem(routing.request());
        if (problem.isEmpty()) {
            routing.next();
        } else {
            ProblemJson.send(routing, Problems.of(problem.get(), path));
        }
    }

    /** What probes ask for. */
    static boolean isHealth(String path) {
        return path.equals(HEALTH) || path.startsWith(HEALTH + "/");
    }

    private Optional<TaskProblem> problem(HttpServerRequest request) {
        Optional<String> host = Optional.ofNullable(request.getHeader("Host"))
                .or(() -> Optional.ofNullable(request.authority()).map(HostAndPort::toString));
        if (host.filter(name -> !hosts.has(name)).isPresent()) {
            return Optional.of(
                    new TaskProblem(
                            Code.UNKNOWN_HOST,
                            "this worker is not known by the name in Host: ask it by an address, or add the name to worker.http.allowed-hosts"));
        }
        return isForeign(request, host.orElse(""))
                ? Optional.of(
                        new TaskProblem(
                                Code.FOREIGN_ORIGIN,
                                "a browser sent this for a page of another origin (Sec-Fetch-Site or Origin says so): send it by a program, or by a page behind the worker's own address"))
                : Optional.empty();
    }

    private static boolean isForeign(HttpServerRequest request, String host) {
        return Optional.ofNullable(request.getHeader("Sec-Fetch-Site"))
                .map(site -> !OURS.contains(site.strip().toLowerCase(Locale.ROOT)))
                .orElseGet(() -> Optional.ofNullable(request.getHeader("Origin"))
                        .filter(origin -> !isOf(origin.strip(), host))
                        .isPresent());
    }

    /** Whether the origin is the host that was asked; its scheme may be that of a proxy before us. */
    private static boolean isOf(String origin, String host) {
        String http = origin.replaceFirst("^http://", "").replaceFirst(":80$", "");
        String https = origin.replaceFirst("^https://", "").replaceFirst(":443$", "");
        return host.replaceFirst(":80$", "").equalsIgnoreCase(http)
                || host.replaceFirst(":443$", "").equalsIgnoreCase(https);
    }
}
