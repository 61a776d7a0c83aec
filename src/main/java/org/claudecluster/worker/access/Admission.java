package org.claudecluster.worker.access;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/**
 * Decides about a request that brings neither key nor token, before any work, by the address on which the worker listens
 * and by what only a browser or a proxy says of itself. The peer's address says nothing, since a published port of a
 * container, a port-forward and a task's own curl all come from loopback.
 *
 * <p>A page of another origin could else have its visitor's browser run code wherever that reaches a worker. Browsers tell
 * by {@code Sec-Fetch-Site} (Fetch Metadata) who asks, and no page can change that; those before 2023 tell by
 * {@code Origin} at least where something is sent; and a page whose name was made to lead here (DNS rebinding) is told by
 * that name in {@code Host}. Programs that are no browser send none of the first two.
 */
public record Admission(AccessMode mode, AllowedHosts hosts) {

    /** A page of the worker's own, and what a user has typed. */
    private static final Set<String> OURS = Set.of("same-origin", "none");

    /** What a link of any page may lead a browser to: both only show something. */
    private static final String ROOT = "/";

    private static final String PAGE_OF_THE_API = "/q/swagger-ui";

    /** Where keys are made, for whoever has none. */
    public static final String NEEDS_KEY =
            "send Authorization: Bearer with a key of worker.access.keys-file (docs/access.md says how one is made) or with"
                    + " a token of an issuer; where neither is configured, the worker's first start has written a key to"
                    + " access/token in its data directory";

    public Admission {
        requireNonNull(mode, "mode");
        requireNonNull(hosts, "hosts");
    }

    /**
     * A request's head, as far as it says who sent it.
     *
     * @param host the header, and not what stands in for one that is missing
     * @param site {@code Sec-Fetch-Site}
     * @param isNavigation whether a browser shows the answer to its user as a page
     * @param isForwarded whether a proxy says that it passed the request on
     */
    public record Head(
            String path,
            Optional<String> host,
            Optional<String> site,
            Optional<String> origin,
            boolean isNavigation,
            boolean isForwarded) {

        public Head {
            requireNonNull(path, "path");
            requireNonNull(host, "host");
            requireNonNull(site, "site");
            requireNonNull(origin, "origin");
        }
    }

    /** Why the request is refused, if it is. What passes in mode {@code key} is still nobody's. */
    public Optional<TaskProblem> refusal(Head head) {
        return switch (mode) {
            case KEY -> Optional.empty();
            case NONE -> crossSite(head);
            case LOCAL -> unknownHost(head).or(() -> crossSite(head)).or(() -> behindProxy(head));
        };
    }

    private Optional<TaskProblem> unknownHost(Head head) {
        return head.host().filter(hosts::has).isPresent()
                ? Optional.empty()
                : Optional.of(
                        new TaskProblem(
                                Code.HOST_NOT_ALLOWED,
                                "this worker is not known by the name in Host: ask it by an address, add the name to worker.access.hosts, or send a key"));
    }

    private static Optional<TaskProblem> crossSite(Head head) {
        boolean isForeign = head.site()
                .map(site -> !OURS.contains(site.strip().toLowerCase(Locale.ROOT)))
                .orElseGet(() -> head.origin()
                        .filter(origin -> !isOf(origin.strip(), head.host().orElse("")))
                        .isPresent());
        return isForeign && !(head.isNavigation() && isPage(head.path()))
                ? Optional.of(
                        new TaskProblem(
                                Code.CROSS_SITE,
                                "a browser sent this for a page of another origin (Sec-Fetch-Site or Origin says so): send it by a program, or by a page behind the worker's own address"))
                : Optional.empty();
    }

    private static boolean isPage(String path) {
        return path.equals(ROOT) || path.equals(PAGE_OF_THE_API) || path.startsWith(PAGE_OF_THE_API + "/");
    }

    private static Optional<TaskProblem> behindProxy(Head head) {
        return head.isForwarded()
                ? Optional.of(new TaskProblem(
                        Code.BEHIND_A_PROXY,
                        "a proxy passed this on (Forwarded, X-Forwarded-*, X-Real-IP or Via), so it may be anybody's: "
                                + NEEDS_KEY))
                : Optional.empty();
    }

    /** Whether the origin is the host that was asked; its scheme may be that of a proxy before us. */
    private static boolean isOf(String origin, String host) {
        String http = origin.replaceFirst("^http://", "").replaceFirst(":80$", "");
        String https = origin.replaceFirst("^https://", "").replaceFirst(":443$", "");
        return host.replaceFirst(":80$", "").equalsIgnoreCase(http)
                || host.replaceFirst(":443$", "").equalsIgnoreCase(https);
    }
}
