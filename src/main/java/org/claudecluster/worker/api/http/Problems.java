package org.claudecluster.worker.api.http;

import io.quarkiverse.resteasy.problem.HttpProblem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Locale;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/** How refusals look on the wire (RFC 9457). The only place that knows which HTTP status a code becomes. */
public final class Problems {

    public static final String MEDIA_TYPE = "application/problem+json";
    private static final int UNPROCESSABLE = 422;
    private static final int RETRY_SECONDS = 1;

    private Problems() {}

    public static HttpProblem of(TaskProblem problem, String instance) {
        HttpProblem.Builder builder = HttpProblem.builder()
                .withType(type(problem.code()))
                .withTitle(title(problem.code()))
                .withStatus(status(problem.code()))
                .withDetail(problem.getMessage())
                .withInstance(ProblemInstance.of(instance));
        if (!problem.errors().isEmpty()) {
            builder.with("errors", problem.errors());
        }
        if (isWorthARetry(problem.code())) {
            builder.withHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return builder.build();
    }

    /** Stable: clients may switch on it. */
    static URI type(Code code) {
        return URI.create("urn:claudecluster:problem:"
                + code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    static int status(Code code) {
        return switch (code) {
            case MALFORMED_BODY, MALFORMED_REQUEST, INVALID_REQUEST -> Response.Status.BAD_REQUEST.getStatusCode();
            case BODY_TOO_LARGE -> Response.Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode();
            case TARGET_TOO_LONG -> Response.Status.REQUEST_URI_TOO_LONG.getStatusCode();
            case HEADERS_TOO_LARGE -> Response.Status.REQUEST_HEADER_FIELDS_TOO_LARGE.getStatusCode();
            case REQUEST_TIMEOUT -> Response.Status.REQUEST_TIMEOUT.getStatusCode();
            case UNAUTHORIZED, BEHIND_A_PROXY -> Response.Status.UNAUTHORIZED.getStatusCode();
            case FORBIDDEN, CROSS_SITE, HOST_NOT_ALLOWED -> Response.Status.FORBIDDEN.getStatusCode();
            case NOT_FOUND -> Response.Status.NOT_FOUND.getStatusCode();
            case NOT_FINAL,
                    NOT_CONTINUABLE,
                    NO_WORKSPACE,
                    WORKSPACE_ELSEWHERE,
                    NOT_RUNNING,
                    EXECUTOR_UNAVAILABLE,
                    STREAMING_OFF -> Response.Status.CONFLICT.getStatusCode();
            case TRANSCRIPT_EXPIRED, WORKSPACE_GONE -> Response.Status.GONE.getStatusCode();
            case UNSUPPORTED_MEDIA_TYPE -> Response.Status.UNSUPPORTED_MEDIA_TYPE.getStatusCode();
            case RANGE_NOT_SATISFIABLE -> Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE.getStatusCode();
            case IDEMPOTENCY_KEY_REUSED -> UNPROCESSABLE;
            case QUEUE_FULL -> Response.Status.TOO_MANY_REQUESTS.getStatusCode();
            case WORKSPACE_UNREADABLE -> Response.Status.INTERNAL_SERVER_ERROR.getStatusCode();
            case TOO_MANY_STREAMS,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_DOWNLOADS,
                    OVERLOADED,
                    DRAINING,
                    ISSUER_UNAVAILABLE,
                    STORE_UNAVAILABLE -> Response.Status.SERVICE_UNAVAILABLE.getStatusCode();
        };
    }

    private static boolean isWorthARetry(Code code) {
        return switch (code) {
            case QUEUE_FULL,
                    TOO_MANY_STREAMS,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_DOWNLOADS,
                    OVERLOADED,
                    DRAINING,
                    ISSUER_UNAVAILABLE,
                    STORE_UNAVAILABLE -> true;
            case MALFORMED_BODY,
                    MALFORMED_REQUEST,
                    TARGET_TOO_LONG,
                    HEADERS_TOO_LARGE,
                    REQUEST_TIMEOUT,
                    BODY_TOO_LARGE,
                    INVALID_REQUEST,
                    UNAUTHORIZED,
                    BEHIND_A_PROXY,
                    FORBIDDEN,
                    CROSS_SITE,
                    HOST_NOT_ALLOWED,
                    NOT_FOUND,
                    NOT_FINAL,
                    NOT_CONTINUABLE,
                    NO_WORKSPACE,
                    WORKSPACE_ELSEWHERE,
                    WORKSPACE_GONE,
                    WORKSPACE_UNREADABLE,
                    NOT_RUNNING,
                    EXECUTOR_UNAVAILABLE,
                    STREAMING_OFF,
                    TRANSCRIPT_EXPIRED,
                    UNSUPPORTED_MEDIA_TYPE,
                    RANGE_NOT_SATISFIABLE,
                    IDEMPOTENCY_KEY_REUSED -> false;
        };
    }

    private static String title(Code code) {
        return switch (code) {
            case MALFORMED_BODY -> "Malformed body";
            case MALFORMED_REQUEST -> "Not an HTTP request";
            case TARGET_TOO_LONG -> "Request target too long";
            case HEADERS_TOO_LARGE -> "Headers too large";
            case REQUEST_TIMEOUT -> "The request came too slowly";
            case INVALID_REQUEST -> "Invalid request";
            case UNAUTHORIZED -> "Not authenticated";
            case BEHIND_A_PROXY -> "Passed on by a proxy, and not authenticated";
            case FORBIDDEN -> "Not allowed";
            case CROSS_SITE -> "Sent by a page of another origin";
            case HOST_NOT_ALLOWED -> "Not a name of this worker";
            case BODY_TOO_LARGE -> "Body too large";
            case NOT_FOUND -> "Not found";
            case NOT_FINAL -> "The task is not final";
            case NOT_CONTINUABLE -> "The task can't be continued";
            case NO_WORKSPACE -> "The task has no such workspace";
            case WORKSPACE_ELSEWHERE -> "The workspace is on another worker";
            case WORKSPACE_GONE -> "The workspace is gone";
            case WORKSPACE_UNREADABLE -> "The workspace can't be read";
            case NOT_RUNNING -> "The task is not running";
            case IDEMPOTENCY_KEY_REUSED -> "Idempotency-Key reused with another body";
            case EXECUTOR_UNAVAILABLE -> "The executor can't run here";
            case STREAMING_OFF -> "Streaming is switched off";
            case TRANSCRIPT_EXPIRED -> "The transcript is gone";
            case UNSUPPORTED_MEDIA_TYPE -> "Unsupported Media Type";
            case RANGE_NOT_SATISFIABLE -> "Range not satisfiable";
            case QUEUE_FULL -> "The queue is full";
            case TOO_MANY_STREAMS -> "Too many streams";
            case TOO_MANY_CONNECTIONS -> "Too many connections";
            case TOO_MANY_DOWNLOADS -> "Too many downloads";
            case OVERLOADED -> "Too much is asked for at once";
            case DRAINING -> "The worker is shutting down";
            case ISSUER_UNAVAILABLE -> "The issuer does not answer";
            case STORE_UNAVAILABLE -> "The store does not answer";
        };
    }
}
