package org.claudecluster.worker.api;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;
import java.util.concurrent.atomic.AtomicInteger;

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
            bootstrap.handler(new Newcomers());
        }
    }

    /** Sees each connection when it is accepted, before anybody else. */
    private static final class Newcomers extends ChannelInboundHandlerAdapter {

        private final AtomicInteger open = new AtomicInteger();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ArcContainer beans = Arc.container();
            if (beans == null) {
                // Vert.x without the application, as in a test.
                context.fireChannelRead(message);
                return;
            }
            Channel connection = (Channel) message;
            ConnectionRules rules = beans.instance(ConnectionRules.class).get();
            int number = open.incrementAndGet();
            connection.closeFuture().addListener(_ -> open.decrementAndGet());
            if (number > rules.most() + ConnectionRules.SPARE) {
                connection.unsafe().closeForcibly();
                return;
            }
            RequestMemory memory = beans.instance(RequestMemory.class).get();
            connection.pipeline().addLast(new Arrival(new ConnectionGuard(rules, memory, number > rules.most())));
            context.fireChannelRead(message);
        }
    }

    /** Sees every byte that comes, before the decoder. */
    private static final class Arrival extends ChannelInboundHandlerAdapter {

        private final ConnectionGuard guard;

        Arrival(ConnectionGuard guard) {
            this.guard = guard;
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
