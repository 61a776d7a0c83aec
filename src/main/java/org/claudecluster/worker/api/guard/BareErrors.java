package org.claudecluster.worker.api.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Locale;
import org.claudecluster.worker.api.http.ProblemInstance;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.jspecify.annotations.Nullable;

/**
 * Gives a problem's body to errors that have none: those that routes of the framework end by themselves, such as a 406 of
 * {@code /q/metrics}, and those that it tells by the number of an error in its log.
 */
final class BareErrors {

    private static final int FIRST_ERROR = 400;
    private static final String FRAMEWORKS_OWN = "{\"details\":";

    private BareErrors() {}

    /** The answer itself, if nothing is to be mended. */
    static HttpResponse asProblem(HttpResponse response, @Nullable HttpRequest request) {
        if (response.status().code() < FIRST_ERROR
                || !(response instanceof FullHttpResponse whole)
                || !isBare(response, whole.content())) {
            return response;
        }
        boolean isHead = request != null && request.method().equals(HttpMethod.HEAD);
        byte[] body = body(response, request).toBuffer().getBytes();
        FullHttpResponse mended = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, response.status(), isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        mended.headers()
                .add(response.headers())
                .set(HttpHeaderNames.CONTENT_TYPE, Problems.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (request != null && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            mended.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        whole.release();
        return mended;
    }

    private static boolean isBare(HttpResponse response, ByteBuf content) {
        return !response.headers().contains(HttpHeaderNames.CONTENT_TYPE)
                ? !content.isReadable()
                : content.readableBytes() > FRAMEWORKS_OWN.length()
                        && content.toString(content.readerIndex(), FRAMEWORKS_OWN.length(), UTF_8)
                                .equals(FRAMEWORKS_OWN);
    }

    private static JsonObject body(HttpResponse response, @Nullable HttpRequest request) {
        String title = response.status().reasonPhrase();
        String path = request == null ? "/" : request.uri().replaceFirst("[?#].*", "");
        return ProblemJson.object(HttpProblem.builder()
                .withType(URI.create("urn:claudecluster:problem:"
                        + title.toLowerCase(Locale.ROOT).replace(' ', '-').replace("'", "")))
                .withTitle(title)
                .withStatus(response.status().code())
                .withDetail("the request can't be served: " + title.toLowerCase(Locale.ROOT))
                .withInstance(ProblemInstance.of(path))
                .build());
    }
}
