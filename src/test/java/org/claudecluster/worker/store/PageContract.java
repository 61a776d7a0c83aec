package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.junit.jupiter.api.Test;

/** What happens between the two looks that a page is made of. */
abstract class PageContract extends StoreFixture {

    @Test
    void a_page_whose_tasks_all_match_no_more_leads_on_to_the_next() throws SQLException {
        TaskId old = enqueue("old");
        TaskId young = enqueue("young");

        TaskPage page = pageWhile(() -> tasks.cancel(young), pending(Optional.empty(), 1));

        assertThat(page.tasks()).isEmpty();
        assertThat(page.next()).contains(young);
        assertThat(ids(tasks.list(pending(page.next(), 1), Set.of()))).containsExactly(old);
    }

    @Test
    void what_comes_meanwhile_stands_in_nobody_s_place() throws SQLException {
        TaskId old = enqueue("old");
        TaskId young = enqueue("young");

        TaskPage page = pageWhile(() -> enqueue("youngest"), pending(Optional.empty(), 2));

        assertThat(ids(page)).containsExactly(young, old);
        assertThat(page.more()).isFalse();
    }

    private static TaskFilter pending(Optional<TaskId> after, int limit) {
        return new TaskFilter(Optional.of(TaskStatus.PENDING), Optional.empty(), Map.of(), after, limit);
    }

    private static List<TaskId> ids(TaskPage page) {
        return page.tasks().stream().map(listed -> listed.task().id()).toList();
    }

    private TaskPage pageWhile(Runnable meanwhile, TaskFilter filter) throws SQLException {
        Connection connection = connection();
        try {
            return TaskLists.page(beforeTheSecondLook(connection, meanwhile), Tenant.DEFAULT, filter, Set.of());
        } finally {
            giveBack(connection);
        }
    }

    private static Connection beforeTheSecondLook(Connection real, Runnable meanwhile) {
        AtomicInteger statements = new AtomicInteger();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && statements.incrementAndGet() == 2) {
                        meanwhile.run();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
