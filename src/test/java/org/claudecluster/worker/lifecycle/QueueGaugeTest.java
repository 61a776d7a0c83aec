package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueGaugeTest {

    @TempDir
    Path directory;

    private final AtomicBoolean away = new AtomicBoolean();
    private EmbeddedStore store;
    private QueueGauge queue;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        queue = new QueueGauge(
                store.with((_, real) -> {
                    if (away.get()) {
                        throw new StoreUnavailableException("away", new IllegalStateException("test"));
                    }
                    return real.call();
                }),
                2);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void no_more_are_admitted_than_fit() {
        assertThat(queue.capacity()).isEqualTo(2);
        assertThat(queue.tryAdmit()).isTrue();
        assertThat(queue.tryAdmit()).isTrue();
        assertThat(queue.tryAdmit()).isFalse();
        assertThat(queue.tryAdmit()).isFalse();
    }

    @Test
    void a_claim_or_a_place_given_back_makes_room() {
        queue.tryAdmit();
        queue.tryAdmit();
        queue.giveBack();
        assertThat(queue.tryAdmit()).isTrue();
        queue.claimed(2);
        assertThat(queue.tryAdmit()).isTrue();
        assertThat(queue.tryAdmit()).isTrue();
        assertThat(queue.tryAdmit()).isFalse();
    }

    @Test
    void a_refresh_counts_what_is_really_there() {
        store.enqueue();
        store.enqueue();
        queue.refresh();
        assertThat(queue.depth().pending()).isEqualTo(2);
        assertThat(queue.tryAdmit()).isFalse();
        assertThat(store.update("DELETE FROM task")).isEqualTo(2);
        queue.refresh();
        assertThat(queue.depth().pending()).isZero();
        assertThat(queue.tryAdmit()).isTrue();
    }

    @Test
    void an_empty_queue_is_counted_each_fifth_second_and_at_once_after_a_change_of_ours() {
        queue.refresh();
        store.enqueue();

        IntStream.range(0, 4).forEach(_ -> queue.tick());
        assertThat(queue.depth().pending()).isZero();
        queue.tick();
        assertThat(queue.depth().pending()).isEqualTo(1);

        assertThat(store.update("DELETE FROM task")).isEqualTo(1);
        queue.tick();
        assertThat(queue.depth().pending()).isZero();
        queue.tryAdmit();
        store.enqueue();
        queue.tick();
        assertThat(queue.depth().pending()).isEqualTo(1);
    }

    @Test
    void while_the_store_is_away_the_last_sample_stands() {
        store.enqueue();
        queue.refresh();
        away.set(true);
        queue.refresh();
        assertThat(queue.depth().pending()).isEqualTo(1);
        assertThat(queue.tryAdmit()).isTrue();
        assertThat(queue.tryAdmit()).isFalse();
    }
}
