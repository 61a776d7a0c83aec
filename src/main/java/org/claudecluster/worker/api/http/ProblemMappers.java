package org.claudecluster.worker.api.http;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import io.vertx.core.http.HttpClosedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Turns refusals into responses; what the framework refuses by itself gets a type and an instance as well. */
final class ProblemMappers {

    private ProblemMappers() {}

    /** For requests that can't be served. */
    @Provider
    public static class Refused implements ExceptionMapper<TaskProblem> {

        private final UriInfo uri;

        public Refused(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(TaskProblem problem) {
            return Problems.of(problem, uri.getPath()).toResponse();
        }
    }

    /** For what the store will never take, such as a character that its encoding lacks. */
    @Provider
    public static class StoreRejects implements ExceptionMapper<StoreRejectedException> {

        private final UriInfo uri;

        public StoreRejects(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(StoreRejectedException rejected) {
            TaskProblem problem =
                    new TaskProblem(TaskProblem.Code.INVALID_REQUEST, String.valueOf(rejected.getMessage()));
            return Problems.of(problem, uri.getPath()).toResponse();
        }
    }

    /** For the store's silence. */
    @Provider
    public static class StoreAway implements ExceptionMapper<StoreUnavailableException> {

        private final UriInfo uri;

        public StoreAway(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(StoreUnavailableException away) {
            TaskProblem problem = new TaskProblem(TaskProblem.Code.STORE_UNAVAILABLE, detail(away.kind()));
            return Problems.of(problem, uri.getPath()).toResponse();
        }

        private static String detail(StoreUnavailableException.Kind kind) {
            return switch (kind) {
                case AWAY -> "the store does not answer; nothing is known to be lost: try again";
                case READ_ONLY -> "the store takes no writes now; nothing was changed: try again";
                case BUSY -> "the store is busy; nothing was changed: try again";
            };
        }
    }

    /** For a client that went away in the middle of its body: nobody reads the answer, and nothing is wrong here. */
    @Provider
    public static class BrokenOff implements ExceptionMapper<IOException> {

        private static final Logger LOG = Logger.getLogger(BrokenOff.class);

        private final UriInfo uri;

        public BrokenOff(@Context UriInfo uri) {
            this.uri = uri;
        }

        @Override
        public Response toResponse(IOException failure) {
            for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
                // By when it went: while somebody waited for the rest, or before anybody asked for it.
                if (cause instanceof HttpClosedException || cause instanceof ClosedChannelException) {
                    TaskProblem problem = new TaskProblem(
                            TaskProblem.Code.MALFORMED_BODY, "the connection was closed before the body's end");
                    return Problems.of(problem, uri.getPath()).toResponse();
                }
            }
            LOG.errorf(failure, "%s failed", uri.getPath());
            return HttpProblem.builder()
                    .withStatus(Response.Status.INTERNAL_SERVER_ERROR)
                    .withTitle("Internal Server Error")
                    .withType(URI.create("urn:claudecluster:problem:internal-server-error"))
                    .withInstance(ProblemInstance.of(uri.getPath()))
                    .build()
                    .toResponse();
        }
    }

    /** Gives every problem of the framework (404, 405, 415 and the like) the shape that ours have. */
    @ApplicationScoped
    public static class Completion implements ProblemPostProcessor {

        @Override
        public HttpProblem apply(HttpProblem problem, ProblemContext context) {
            if (problem.getType() != null) {
                return problem;
            }
            String name = problem.getTitle() == null ? "error" : problem.getTitle();
            return HttpProblem.builder(problem)
                    .withType(URI.create("urn:claudecluster:problem:"
                            + name.toLowerCase(Locale.ROOT).replace(' ', '-')))
                    .withInstance(ProblemInstance.of(context.path == null ? "/" : context.path))
                    .build();
        }
    }
}
