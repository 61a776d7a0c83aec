package org.claudecluster.worker.api.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.api.http.BodyLimit;
import org.claudecluster.worker.api.http.Problems;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies whose requests are answered before they have come: a 415, a 421 and the like need none. */
class ConnectionGuardTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final RequestMemory memory = new RequestMemory(64 << 20, Duration.ZERO);
    private final EmbeddedChannel connection =
            new EmbeddedChannel(new ConnectionGuard(new ConnectionRules(1, LONG, LONG, LONG, LONG), memory, false));

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
    }

    @Test
    void a_body_that_turns_out_to_be_too_long_behind_its_answer_gets_no_second_one() {
        connection.writeInbound(head());
        connection.writeOutbound(answer());

        connection.writeInbound(part(BodyLimit.MAX_BYTES + 1));

        assertThat(answers())
                .extracting(HttpResponse::status)
                .containsExactly(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void one_that_is_too_long_is_answered() {
        connection.writeInbound(head());

        connection.writeInbound(part(BodyLimit.MAX_BYTES + 1));

        assertThat(answers())
                .extracting(HttpResponse::status)
                .containsExactly(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
    }

    @Test
    void what_comes_of_a_body_behind_its_answer_is_held_until_its_end_and_no_longer() {
        connection.writeInbound(head(), part(1_000));
        connection.writeOutbound(answer());
        connection.writeInbound(part(1_000));
        assertThat(memory.heldBodies()).isEqualTo(2_000);

        connection.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);

        assertThat(memory.heldBodies()).isZero();
        connection.writeInbound(head(), part(500), LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(memory.heldBodies()).isEqualTo(500);
        connection.writeOutbound(answer());
        assertThat(memory.heldBodies()).isZero();
    }

    @Test
    void a_connection_that_ends_holds_nothing() {
        connection.writeInbound(head(), part(1_000));

        ChannelFuture _ = connection.close();

        assertThat(memory.heldBodies()).isZero();
    }

    private static HttpRequest head() {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/run");
        head.headers().set(HttpHeaderNames.HOST, "localhost").set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        return head;
    }

    private static DefaultHttpContent part(int bytes) {
        return new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    private static FullHttpResponse answer() {
        FullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, Unpooled.copiedBuffer("{}", US_ASCII));
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, Problems.MEDIA_TYPE);
        return answer;
    }

    private List<HttpResponse> answers() {
        return connection.outboundMessages().stream()
                .filter(HttpResponse.class::isInstance)
                .map(HttpResponse.class::cast)
                .toList();
    }
}
