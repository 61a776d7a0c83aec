package org.claudecluster.worker.api.access;

import java.util.List;
import org.claudecluster.worker.api.http.ProbePaths;

/** Names what is answered without a key: probes, the page and document of the API, and a greeting. */
final class PublicPaths {

    private static final String HELLO = "/hello";
    private static final String METRICS = "/q/metrics";
    private static final List<String> OTHERS = List.of("/q/openapi", "/q/swagger-ui");

    private PublicPaths() {}

    /** Whether nobody is asked who they are; {@code path} is normalised. */
    static boolean isPublic(String path, boolean asksForMetrics) {
        return path.equals(HELLO)
                || ProbePaths.isHealth(path)
                || OTHERS.stream().anyMatch(other -> isAt(path, other))
                || (isAt(path, METRICS) && !asksForMetrics);
    }

    private static boolean isAt(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
