package org.claudecluster.worker.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WaitsTest {

    private static final Duration SOON = Duration.ofMillis(1);

    @Test
    void the_value_of_one_that_is_done_is_there() throws InterruptedException {
        assertThat(Waits.value(CompletableFuture.completedFuture("told"), SOON)).contains("told");
        assertThat(Waits.isDone(CompletableFuture.completedFuture("told"), SOON))
                .isTrue();
    }

    @Test
    void one_that_is_not_done_in_time_is_given_up() throws InterruptedException {
        assertThat(Waits.value(new CompletableFuture<>(), SOON)).isEmpty();
        assertThat(Waits.isDone(new CompletableFuture<>(), SOON)).isFalse();
    }

    @Test
    void a_failure_is_thrown() {
        CompletableFuture<String> failed = CompletableFuture.failedFuture(new IllegalArgumentException("why"));
        assertThatThrownBy(() -> Waits.isDone(failed, SOON))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("why");
    }
}
