package org.claudecluster.worker.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that goes away is no fault of the worker; all else that can't be read is. */
class BrokenOffTest {

    private final ProblemMappers.BrokenOff mapper = new ProblemMappers.BrokenOff((UriInfo) Proxy.newProxyInstance(
            UriInfo.class.getClassLoader(), new Class<?>[] {UriInfo.class}, (_, _, _) -> "/run"));

    static Stream<Exception> gone() {
        return Stream.of(new HttpClosedException("Connection was closed"), new ClosedChannelException());
    }

    @ParameterizedTest
    @MethodSource("gone")
    void who_went_away_in_the_middle_of_its_body_sent_it_malformed(Exception cause) {
        try (var response = mapper.toResponse(new IOException(cause))) {
            assertThat(response.getStatus()).isEqualTo(400);
        }
    }

    @Test
    void any_other_failure_is_ours() {
        try (var response = mapper.toResponse(new IOException("No space left on device"))) {
            assertThat(response.getStatus()).isEqualTo(500);
        }
    }
}
