package org.claudecluster.worker.api.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many connections are let in. */
class GuardedConnectionsTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final GuardedConnections.Bounds bounds = new GuardedConnections.Bounds(
            new ConnectionRules(1, LONG, LONG, LONG, LONG), new RequestMemory(1 << 20, Duration.ZERO));
    private final EmbeddedChannel server =
            new EmbeddedChannel(new GuardedConnections.Newcomers(() -> Optional.of(bounds)));

    @Test
    void what_was_refused_takes_no_place_of_those_who_come_later() {
        List<EmbeddedChannel> first = IntStream.rangeClosed(0, ConnectionRules.SPARE)
                .mapToObj(_ -> new EmbeddedChannel())
                .filter(this::isLetIn)
                .toList();
        assertThat(first).hasSize(1 + ConnectionRules.SPARE);
        assertThat(IntStream.range(0, 1_000).mapToObj(_ -> new EmbeddedChannel()))
                .noneMatch(this::isLetIn);

        first.forEach(EmbeddedChannel::finishAndReleaseAll);

        assertThat(isLetIn(new EmbeddedChannel())).isTrue();
    }

    private boolean isLetIn(EmbeddedChannel connection) {
        server.writeInbound(connection);
        return connection.equals(server.readInbound());
    }
}
