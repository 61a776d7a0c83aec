package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;

class WorkspaceUsesTest {

    private final WorkspaceUses uses = new WorkspaceUses();
    private final Task first = task();

    private static Task task() {
        return Task.enqueued(
                TaskId.create(Instant.EPOCH),
                Submitter.UNKNOWN,
                ASpec.asking("x").build(),
                Instant.EPOCH);
    }

    private Task followUp(Task earlier) {
        return Task.enqueued(
                TaskId.create(Instant.EPOCH),
                Submitter.UNKNOWN,
                task().spec().following(earlier, new UUID(1, 1), "home"),
                Instant.EPOCH);
    }

    @Test
    void one_is_at_work_in_a_workspace_and_the_next_is_told_which() throws InterruptedException {
        Task one = followUp(first);
        Task two = followUp(first);
        assertThat(uses.enter(one)).isEmpty();
        assertThat(uses.enter(two)).contains(one.id());
        uses.leave(two);
        assertThat(uses.enter(followUp(one))).contains(one.id());
        uses.leave(one);
        assertThat(uses.enter(two)).isEmpty();
    }

    @Test
    void others_don_t_wait_for_it() throws InterruptedException {
        Task one = followUp(first);
        assertThat(uses.enter(one)).isEmpty();
        assertThat(uses.enter(one)).isEmpty();
        assertThat(uses.enter(first)).isEmpty();
        assertThat(uses.enter(followUp(task()))).isEmpty();
    }

    @Test
    void no_directory_goes_while_a_run_is_in_it_and_none_begins_while_it_is_decided() throws Exception {
        uses.enter(first);
        assertThat(uses.whileUnused(first.id(), () -> true)).isFalse();
        uses.leave(first);
        CompletableFuture<Boolean> mayGo = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Boolean> decided = CompletableFuture.supplyAsync(() -> uses.whileUnused(first.id(), () -> {
            asked.countDown();
            return mayGo.join();
        }));
        asked.await();
        CompletableFuture<Optional<TaskId>> entered = CompletableFuture.supplyAsync(() -> entered(followUp(first)));

        assertThat(entered).isNotDone();
        mayGo.complete(true);

        assertThat(decided.get()).isTrue();
        assertThat(entered.get()).isEmpty();
    }

    private Optional<TaskId> entered(Task task) {
        try {
            return uses.enter(task);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
