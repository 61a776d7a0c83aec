package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class GroupCommitTest extends CommitsContract {

    @Override
    Commits open(DataSource pool) {
        return new GroupCommit(pool);
    }

    @Test
    void of_600_writes_256_wait_for_a_commit_and_the_other_callers_for_a_place() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ConcurrentLinkedQueue<Long> transactions = new ConcurrentLinkedQueue<>();
        try (Commits writes = open(database)) {
            Thread first = Thread.startVirtualThread(() -> writes.write(connection -> passed(gate)));
            await().until(() -> first.getState() == Thread.State.WAITING);
            List<Thread> callers = IntStream.range(0, 600)
                    .mapToObj(_ -> Thread.startVirtualThread(
                            () -> transactions.add(writes.write(GroupCommitTest::transaction))))
                    .toList();
            await().until(() -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.WAITING));

            gate.countDown();

            await().until(() -> transactions.size() == 600);
        }
        Map<Long, Long> writesOf =
                transactions.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(writesOf.values()).contains(256L).allMatch(count -> count <= 256);
    }

    private static boolean passed(CountDownLatch gate) {
        try {
            gate.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long transaction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT txid_current()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
