package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class OwnCommitsTest extends CommitsContract {

    @Override
    Commits open(DataSource pool) {
        return new OwnCommits(pool);
    }

    @Test
    void four_writes_are_under_way_at_once_and_the_others_wait() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Commits writes = open(database)) {
            List<Thread> callers = IntStream.range(0, 20)
                    .mapToObj(_ -> Thread.startVirtualThread(() -> writes.write(_ -> {
                        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        return left(gate, underWay);
                    })))
                    .toList();
            await().until(() -> underWay.get() == 4
                    && callers.stream().allMatch(caller -> caller.getState() == Thread.State.WAITING));

            gate.countDown();

            await().until(() -> callers.stream().noneMatch(Thread::isAlive));
        }
        assertThat(most).hasValue(4);
    }

    private static int left(CountDownLatch gate, AtomicInteger underWay) {
        try {
            gate.await();
            return underWay.decrementAndGet();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
