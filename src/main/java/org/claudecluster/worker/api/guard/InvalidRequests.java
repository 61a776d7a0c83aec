package org.claudecluster.worker.api.guard;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/** Problems for what the decoder of HTTP refuses, and so never reaches the router. */
final class InvalidRequests {

    /** What is refused has no path that could be trusted. */
    private static final String NOWHERE = "/";

    private InvalidRequests() {}

    /** In place of Vert.x' own answer, which has a status and nothing else. Vert.x closes the connection behind it. */
    static void refuse(HttpServerRequest request) {
        HttpProblem problem = Problems.of(of(request.decoderResult().cause()), NOWHERE);
        request.response().putHeader(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ProblemJson.send(request.response(), problem);
    }

    private static TaskProblem of(@Nullable Throwable cause) {
        return switch (cause) {
            case TaskProblem ours -> ours;
            case TooLongHttpLineException _ ->
                new TaskProblem(Code.TARGET_TOO_LONG, "the request's line must be at most 4,096 bytes");
            case TooLongHttpHeaderException _ ->
                new TaskProblem(Code.HEADERS_TOO_LARGE, "all headers together must be at most 8,192 bytes");
            case null, default -> new TaskProblem(Code.MALFORMED_REQUEST, "this is no HTTP/1.1 request: see RFC 9112");
        };
    }

    /** What is wrong with the names of the host that is asked. */
    static Optional<TaskProblem> ofHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean mayLack = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        boolean isSound = hosts.isEmpty() ? mayLack : hosts.size() == 1 && isHost(hosts.getFirst());
        return isSound
                ? Optional.empty()
                : Optional.of(new TaskProblem(
                        Code.MALFORMED_REQUEST,
                        "HTTP/1.1 needs one Host, which is a name or an address with or without a port"));
    }

    /** The framework makes URIs of it. */
    private static boolean isHost(String host) {
        try {
            return HostAndPort.parseAuthority(host, -1) != null
                    && new URI("http://" + host + "/").getRawAuthority() != null;
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /** What is wrong with a target that has no path: {@code #x}, {@code ?x}, {@code *} or a host alone. */
    static Optional<TaskProblem> ofTarget(String target) {
        boolean hasPath = target.startsWith("/") || target.contains("://");
        return hasPath
                ? Optional.empty()
                : Optional.of(new TaskProblem(
                        Code.MALFORMED_REQUEST, "the request's target must be a path that begins with a slash"));
    }

    /** A whole answer, for where Vert.x can't give one any more. */
    static FullHttpResponse response(TaskProblem refused) {
        HttpProblem problem = Problems.of(refused, NOWHERE);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(problem.getStatusCode()),
                Unpooled.wrappedBuffer(ProblemJson.body(problem).getBytes()));
        problem.getHeaders().forEach((name, value) -> response.headers().set(name, String.valueOf(value)));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problems.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }
}
