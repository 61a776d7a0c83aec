package org.claudecluster.worker.api.guard;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Puts a {@link ConnectionGuard} on each connection of an HTTP server, and counts them. By Vert.x' own extension point,
 * since the framework gives no way to what happens before a request is one (ADR 0041). Not in dev mode, where Vert.x
 * outlives the application.
 */
public final class GuardedConnections implements VertxServiceProvider {

    @Override
    public void init(VertxBuilder builder) {
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT && builder.findTransport() instanceof JDKTransport) {
            builder.findTransport(new Guarded());
        }
    }

    private static final class Guarded extends JDKTransport {

        @Override
        public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
            super.configure(options, domainSocket, bootstrap);
            // The worker has no servers but those of HTTP; their options are only those of any server here.
            bootstrap.handler(new Newcomers(Bounds::ofApplication));
        }
    }

    /** Holds the bounds of all connections. */
    record Bounds(ConnectionRules rules, RequestMemory memory) {

        /** None where Vert.x is there without the application, as in a test. */
        static Optional<Bounds> ofApplication() {
            ArcContainer beans = Arc.container();
            return beans == null
                    ? Optional.empty()
                    : Optional.of(new Bounds(
                            beans.instance(ConnectionRules.class).get(),
                            beans.instance(RequestMemory.class).get()));
        }
    }

    /** Sees each connection when it is accepted, before anybody else. */
    static final class Newcomers extends ChannelInboundHandlerAdapter {

        private final Supplier<Optional<Bounds>> bounds;
        private final AtomicInteger open = new AtomicInteger();

        Newcomers(Supplier<Optional<Bounds>> bounds) {
            this.bounds = bounds;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Optional<Bounds> known = bounds.get();
            if (known.isEmpty() || admits((Channel) message, known.get())) {
                context.fireChannelRead(message);
            }
        }

        private boolean admits(Channel connection, Bounds known) {
            int most = known.rules().most();
            int number = open.incrementAndGet();
            if (number > most + ConnectionRules.SPARE) {
                // Who is closed like this never tells of it by its future.
                open.decrementAndGet();
                connection.unsafe().closeForcibly();
                return false;
            }
            connection.closeFuture().addListener(_ -> open.decrementAndGet());
            connection
                    .pipeline()
                    .addLast(new Bytes(
                            new ConnectionGuard(known.rules(), known.memory(), number > most), known.memory()));
            return true;
        }
    }

    /** Sees every byte: those that come before the decoder does, those that go behind the encoder. */
    static final class Bytes extends ChannelDuplexHandler {

        private final ConnectionGuard guard;
        private final RequestMemory memory;

        Bytes(ConnectionGuard guard, RequestMemory memory) {
            this.guard = guard;
            this.memory = memory;
        }

        /** What is small is bounded by what each connection may have of it. */
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ChannelPromise told = promise.unvoid();
            if (message instanceof ByteBuf bytes && bytes.readableBytes() > RequestMemory.SMALL_BODY) {
                int size = bytes.readableBytes();
                memory.sending(size);
                ChannelPromise _ = told.addListener(_ -> memory.sent(size));
            }
            ChannelFuture _ = context.write(message, told);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            guard.install(context.pipeline());
            context.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (guard.wants(message)) {
                context.fireChannelRead(message);
            }
        }
    }
}
