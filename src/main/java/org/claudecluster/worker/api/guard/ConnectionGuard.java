package org.claudecluster.worker.api.guard;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.impl.VertxHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.api.http.BodyLimit;
import org.claudecluster.worker.api.http.ProbePaths;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;

/**
 * Holds one connection within the {@link ConnectionRules}, and refuses by a problem what never becomes a request of the
 * router's. All of it runs on the connection's event loop.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    /** Stands for a host that HTTP/1.0 may leave out: a name that is nobody's, so that nobody is taken for local by it. */
    private static final String NO_HOST = "none.invalid";

    /** How long what is still coming is thrown away before a close: a reset would take the answer from its reader. */
    private static final long LINGER_MILLIS = 1_000;

    private static final String HANDLER = "handler";

    private final ConnectionRules rules;
    private final RequestMemory memory;
    private final boolean crowded;
    private final ConnectionDeadline deadline = new ConnectionDeadline();

    /** Counted since the connection's begin: heads and ends of requests, begins and ends of answers. */
    private long heads;

    private long ends;
    private long begun;
    private long answered;

    private final Deque<HttpRequest> unanswered = new ArrayDeque<>();

    private long bodyBytes;
    /** Of requests that are not answered yet. */
    private long heldBytes;

    private boolean hasPart;
    private boolean isStream;
    private boolean isLast;
    private boolean isInvalid;
    private boolean awaitsContinue;
    private boolean lingers;

    ConnectionGuard(ConnectionRules rules, RequestMemory memory, boolean crowded) {
        this.rules = rules;
        this.memory = memory;
        this.crowded = crowded;
    }

    /** Places itself between the codec and Vert.x' own end of the pipeline. */
    void install(ChannelPipeline pipeline) {
        if (!(pipeline.get(HANDLER) instanceof VertxHandler<?> vertx)
                || !(vertx.getConnection() instanceof HttpServerConnection connection)) {
            throw new IllegalStateException("no HTTP/1.1: " + pipeline.names());
        }
        connection.invalidRequestHandler(InvalidRequests::refuse);
        long write = rules.write().toMillis();
        pipeline.addBefore(HANDLER, "write-guard", new IdleStateHandler(true, 0, write, 0, TimeUnit.MILLISECONDS));
        pipeline.addBefore(HANDLER, "guard", this);
        ChannelHandlerContext context = pipeline.context(this);
        deadline.start(context.executor(), () -> expire(context));
        deadline.set(rules.head());
    }

    /** Whether these bytes go on to the decoder; what comes after a refusal is thrown away. */
    boolean wants(Object message) {
        if (lingers) {
            ReferenceCountUtil.release(message);
            return false;
        }
        if (heads == ends && !hasPart) {
            hasPart = true;
            if (heads == answered) {
                deadline.set(rules.head());
            }
        }
        return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (lingers) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            begin(request);
        } else if (message instanceof HttpContent content) {
            Optional<TaskProblem> problem = problemOf(content);
            if (problem.isPresent()) {
                ReferenceCountUtil.release(message);
                refuse(context, problem.get());
                return;
            }
            if (content instanceof LastHttpContent) {
                ends++;
                deadline.set(Optional.empty());
                settle();
            }
        }
        context.fireChannelRead(message);
    }

    private void begin(HttpRequest request) {
        heads++;
        hasPart = false;
        bodyBytes = 0;
        unanswered.add(request);
        awaitsContinue = HttpUtil.is100ContinueExpected(request);
        if (request.decoderResult().isSuccess()) {
            problemOf(request).ifPresent(problem -> {
                request.setDecoderResult(DecoderResult.failure(problem));
                request.setProtocolVersion(HttpVersion.HTTP_1_1);
            });
        }
        if (!request.headers().contains(HttpHeaderNames.HOST)) {
            // HTTP/1.0 may leave it out; the framework makes URIs of it.
            request.headers().set(HttpHeaderNames.HOST, NO_HOST);
        }
        isInvalid = request.decoderResult().isFailure();
        if (crowded) {
            request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        deadline.set(rules.body());
    }

    private Optional<TaskProblem> problemOf(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Optional.of(new TaskProblem(Code.MALFORMED_REQUEST, "HTTP/1.1 and HTTP/1.0 are spoken here"));
        }
        if (crowded && !ProbePaths.isHealth(request.uri())) {
            return Optional.of(new TaskProblem(
                    Code.TOO_MANY_CONNECTIONS,
                    "%d connections are open, which is worker.http.max-connections".formatted(rules.most())));
        }
        return InvalidRequests.ofHost(request).or(() -> InvalidRequests.ofTarget(request.uri()));
    }

    private Optional<TaskProblem> problemOf(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            return Optional.of(
                    new TaskProblem(Code.MALFORMED_REQUEST, "the body's chunks are none: see RFC 9112, section 7.1"));
        }
        int bytes = content.content().readableBytes();
        bodyBytes += bytes;
        if (bodyBytes > BodyLimit.MAX_BYTES) {
            return Optional.of(BodyLimit.problem());
        }
        if (!memory.holdBody(bytes)) {
            return Optional.of(RequestMemory.overloaded());
        }
        heldBytes += bytes;
        return Optional.empty();
    }

    /** Waits for the next request when all that came is answered. */
    private void settle() {
        if (heads == ends && answered >= heads) {
            releaseBodies();
            deadline.set(hasPart ? rules.head() : rules.idle());
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        Object answer = message;
        if (message instanceof HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                awaitsContinue = false;
                ChannelFuture _ = context.write(message, promise);
                return;
            }
            begun++;
            if (awaitsContinue && heads > ends) {
                // Refused before its body, which may or may not come now.
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
            answer = BareErrors.asProblem(response, unanswered.peek());
            String type = String.valueOf(response.headers().get(HttpHeaderNames.CONTENT_TYPE));
            isStream = type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
            isLast = response.headers().contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        }
        ChannelFuture _ = context.write(answer, promise);
        if (message instanceof LastHttpContent) {
            answered++;
            unanswered.poll();
            isStream = false;
            if (isLast && heads > ends) {
                linger(context);
            } else {
                settle();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof IdleStateEvent)) {
            context.fireUserEventTriggered(event);
            return;
        }
        var unsent = context.channel().unsafe().outboundBuffer();
        if (unsent != null && !unsent.isEmpty() && !isStream) {
            ChannelFuture _ = context.close();
        }
    }

    private void expire(ChannelHandlerContext context) {
        boolean inBody = heads > ends;
        if (inBody && begun < heads) {
            refuse(context, timeout("body", rules.body()));
        } else if (!inBody && hasPart && begun == heads) {
            refuse(context, timeout("line and headers", rules.head()));
        } else {
            ChannelFuture _ = context.close();
        }
    }

    private static TaskProblem timeout(String part, Duration bound) {
        return new TaskProblem(
                Code.REQUEST_TIMEOUT, "the request's %s did not come within %,d ms".formatted(part, bound.toMillis()));
    }

    /** Answers in Vert.x' place, if an answer is due and it has not begun to, and closes. */
    private void refuse(ChannelHandlerContext context, TaskProblem problem) {
        // Of a request whose head did not come whole none is counted.
        boolean isFree = begun == answered && heads - begun == (heads > ends ? 1 : 0);
        if (isFree) {
            begun++;
            ChannelFuture _ = context.write(InvalidRequests.response(problem));
        }
        linger(context);
    }

    /** INVARIANT: an answer whose request was not read to its end is not followed by a reset at once. */
    private void linger(ChannelHandlerContext context) {
        if (lingers) {
            return;
        }
        lingers = true;
        deadline.set(Optional.empty());
        context.channel().config().setAutoRead(true);
        ChannelFuture _ = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            if (context.channel() instanceof DuplexChannel channel && channel.isActive()) {
                ChannelFuture _ = channel.shutdownOutput();
            }
            Future<?> _ = context.executor().schedule(() -> closeNow(context), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private static void closeNow(ChannelHandlerContext context) {
        ChannelFuture _ = context.close();
    }

    /** Vert.x closes what it has refused at once, with the rest of it unread. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if ((isInvalid || (heads > ends && isLast)) && context.channel().isActive()) {
            linger(context);
            promise.trySuccess();
            return;
        }
        ChannelFuture _ = context.close(promise);
    }

    private void releaseBodies() {
        memory.releaseBody(heldBytes);
        heldBytes = 0;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.end();
        releaseBodies();
        context.fireChannelInactive();
    }
}
