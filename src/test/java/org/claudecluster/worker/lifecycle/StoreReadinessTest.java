package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreReadinessTest {

    @TempDir
    Path directory;

    private final ManualTicker ticker = new ManualTicker();
    private Optional<StoreException> failure = Optional.empty();
    private EmbeddedStore store;
    private StoreReadiness readiness;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        readiness = new StoreReadiness(
                store.with((_, real) -> {
                    if (failure.isPresent()) {
                        throw failure.get();
                    }
                    return real.call();
                }),
                ticker);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Throwable test() {
        return new IllegalStateException("test");
    }

    @Test
    void a_store_that_takes_writes_is_ready() {
        readiness.look();
        assertThat(readiness.whyNot()).isEmpty();
    }

    @Test
    void a_store_that_takes_none_is_not_ready_until_it_does() {
        failure = Optional.of(
                new StoreUnavailableException(StoreUnavailableException.Kind.READ_ONLY, "it is read-only", test()));
        readiness.look();
        assertThat(readiness.whyNot()).contains("it is read-only");

        failure = Optional.empty();
        readiness.look();
        assertThat(readiness.whyNot()).isEmpty();
    }

    @Test
    void a_store_that_rejects_even_this_is_not_ready() {
        failure = Optional.of(new StoreRejectedException("it is rejected", test()));
        readiness.look();
        assertThat(readiness.whyNot()).contains("it is rejected");
    }

    @Test
    void a_store_that_hangs_is_not_ready_after_a_while() {
        readiness.look();
        ticker.advance(StoreReadiness.EVERY.plus(StoreReadiness.PATIENCE));
        assertThat(readiness.whyNot()).isEmpty();

        ticker.advance(StoreReadiness.EVERY);
        assertThat(readiness.whyNot()).contains("the store does not answer");

        readiness.look();
        assertThat(readiness.whyNot()).isEmpty();
    }
}
