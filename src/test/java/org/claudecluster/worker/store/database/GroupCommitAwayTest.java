package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that goes away while those who shared a commit are tried alone. */
@Timeout(60)
class GroupCommitAwayTest {

    private final CountDownLatch isWriting = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    /** One for the write in front, one for all three together, and one for the first of them alone. */
    private static final int CONNECTIONS = 3;

    @Test
    void nobody_is_told_of_another_s_rejection() throws Exception {
        try (GroupCommit writes = new GroupCommit(goneAfter(CONNECTIONS))) {
            FutureTask<Integer> inFront = begun(() -> writes.write(_ -> held()));
            isWriting.await();
            FutureTask<Class<?>> rejected = waiting(() -> writes.write(_ -> {
                throw new SQLException("no such character", "22P05");
            }));
            FutureTask<Class<?>> second = waiting(() -> writes.write(_ -> 1));
            FutureTask<Class<?>> third = waiting(() -> writes.write(_ -> 1));
            goesOn.countDown();

            assertThat(inFront.get()).isOne();
            assertThat(rejected.get()).isEqualTo(StoreRejectedException.class);
            assertThat(second.get()).isEqualTo(StoreUnavailableException.class);
            assertThat(third.get()).isEqualTo(StoreUnavailableException.class);
        }
    }

    private int held() {
        isWriting.countDown();
        try {
            assertThat(goesOn.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return 1;
    }

    private interface Write {
        int write();
    }

    private static FutureTask<Integer> begun(Write write) {
        FutureTask<Integer> task = new FutureTask<>(write::write);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /** How the write fails; it is in the queue when this returns, so that they stand in the order of the calls. */
    private static FutureTask<Class<?>> waiting(Write write) {
        FutureTask<Class<?>> task = new FutureTask<>(() -> {
            try {
                return Integer.valueOf(write.write()).getClass();
            } catch (StoreException e) {
                return e.getClass();
            }
        });
        Thread thread = Thread.ofPlatform().daemon().start(task);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        return task;
    }

    private static DataSource goneAfter(int connections) {
        AtomicInteger asked = new AtomicInteger();
        return proxy(DataSource.class, () -> {
            if (asked.incrementAndGet() > connections) {
                throw new SQLException("the server is gone", "08006");
            }
            return proxy(Connection.class, () -> null);
        });
    }

    private interface Answer {
        @Nullable
        Object answer() throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> answer.answer()));
    }
}
