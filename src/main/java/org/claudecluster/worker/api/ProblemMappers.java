package org.claudecluster.worker.api;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Locale;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.TaskProblem;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns refusals into responses; what the framework refuses by itself gets a type and an instance as well. */
class ProblemMappers {

    @ServerExceptionMapper
    Response problem(TaskProblem problem, UriInfo uri) {
        return Problems.of(problem, uri.getPath()).toResponse();
    }

    @ServerExceptionMapper
    Response storeAway(StoreUnavailable away, UriInfo uri) {
        TaskProblem problem = new TaskProblem(
                TaskProblem.Code.STORE_UNAVAILABLE, "the store does not answer; nothing is known to be lost: try again");
        return Problems.of(problem, uri.getPath()).toResponse();
    }

    /** Gives every problem of the framework (404, 405, 415 and the like) the shape that ours have. */
    @ApplicationScoped
    static class Completion implements ProblemPostProcessor {

        @Override
        public HttpProblem apply(HttpProblem problem, ProblemContext context) {
            if (problem.getType() != null) {
                return problem;
            }
            String name = problem.getTitle() == null ? "error" : problem.getTitle();
            return HttpProblem.builder(problem)
                    .withType(URI.create(
                            "urn:claudecluster:problem:" + name.toLowerCase(Locale.ROOT).replace(' ', '-')))
                    .withInstance(URI.create(context.path == null ? "/" : context.path))
                    .build();
        }
    }
}
