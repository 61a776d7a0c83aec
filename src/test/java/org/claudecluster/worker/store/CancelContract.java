package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.InterruptAnswer;
import org.claudecluster.worker.task.store.StopRequest;
import org.junit.jupiter.api.Test;

/** What a cancel and a delete do. */
abstract class CancelContract extends StoreFixture {

    @Test
    void a_pending_task_is_cancelled_at_once() {
        TaskId id = enqueue("unwanted");

        assertThat(tasks.cancel(id)).isEqualTo(CancelAnswer.CANCELLED);

        assertThat(status(id)).isEqualTo(TaskStatus.CANCELLED);
        assertThat(found(id).outcome()).contains(new Outcome.Cancelled(new Ending.NotStarted()));
        assertThat(found(id).finishedAt()).isPresent();
        assertThat(store.claim(ME, 9)).isEmpty();
    }

    @Test
    void the_holder_of_a_running_task_is_asked_to_end_it() {
        Task task = claimed("unwanted");
        assertThat(store.stopRequests(ME.id())).isEmpty();

        assertThat(tasks.cancel(task.id())).isEqualTo(CancelAnswer.REQUESTED);

        assertThat(status(task.id())).isEqualTo(TaskStatus.RUNNING);
        assertThat(found(task.id()).cancelRequested()).isTrue();
        assertThat(store.stopRequests(ME.id())).containsExactly(new StopRequest(task.id(), StopRequest.Wish.CANCEL));
        assertThat(store.stopRequests(OTHER.id())).isEmpty();
    }

    @Test
    void a_task_that_completes_after_the_request_has_completed() {
        Task task = claimed("too late");
        tasks.cancel(task.id());

        assertThat(store.finish(task.lease(), DONE)).isTrue();

        assertThat(status(task.id())).isEqualTo(TaskStatus.COMPLETED);
        assertThat(store.stopRequests(ME.id())).isEmpty();
    }

    @Test
    void cancelling_a_running_task_twice_is_one_request() {
        Task task = claimed("unwanted");
        tasks.cancel(task.id());

        assertThat(tasks.cancel(task.id())).isEqualTo(CancelAnswer.REQUESTED);
        assertThat(store.stopRequests(ME.id())).containsExactly(new StopRequest(task.id(), StopRequest.Wish.CANCEL));
    }

    @Test
    void cancelling_a_pending_task_twice_finds_it_final() {
        TaskId id = enqueue("unwanted");
        tasks.cancel(id);
        Task first = found(id);

        assertThat(tasks.cancel(id)).isEqualTo(CancelAnswer.ALREADY_FINAL);
        assertThat(found(id)).isEqualTo(first);
    }

    @Test
    void a_final_task_stays_as_it_is() {
        Task task = finished("done");

        assertThat(tasks.cancel(task.id())).isEqualTo(CancelAnswer.ALREADY_FINAL);
        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void an_unknown_task_can_be_neither_cancelled_nor_deleted() {
        TaskId nobody = TaskId.create(Instant.now());

        assertThat(tasks.cancel(nobody)).isEqualTo(CancelAnswer.UNKNOWN);
        assertThat(tasks.delete(nobody)).isEqualTo(DeleteAnswer.UNKNOWN);
    }

    @Test
    void the_owner_of_a_running_task_hears_of_an_interrupt_and_a_cancel_beats_it() {
        Task task = claimed("running");

        assertThat(tasks.interrupt(task.id())).isEqualTo(InterruptAnswer.REQUESTED);
        assertThat(tasks.interrupt(task.id())).isEqualTo(InterruptAnswer.REQUESTED);
        assertThat(store.stopRequests(ME.id())).containsExactly(new StopRequest(task.id(), StopRequest.Wish.INTERRUPT));
        assertThat(found(task.id()).cancelRequested()).isFalse();

        tasks.cancel(task.id());
        assertThat(store.stopRequests(ME.id())).containsExactly(new StopRequest(task.id(), StopRequest.Wish.CANCEL));
    }

    @Test
    void only_what_runs_can_be_interrupted() {
        assertThat(tasks.interrupt(finished("done").id())).isEqualTo(InterruptAnswer.ALREADY_FINAL);
        assertThat(tasks.interrupt(enqueue("waits"))).isEqualTo(InterruptAnswer.PENDING);
        assertThat(tasks.interrupt(TaskId.create(Instant.now()))).isEqualTo(InterruptAnswer.UNKNOWN);
    }

    @Test
    void an_interrupt_is_for_the_run_that_it_met_not_for_the_next() {
        Task task = claimed("given back");
        tasks.interrupt(task.id());
        store.giveBack(task.lease());

        Task again = claimOne(ME);

        assertThat(again.id()).isEqualTo(task.id());
        assertThat(store.stopRequests(ME.id())).isEmpty();
    }

    @Test
    void a_final_task_is_deleted_with_its_labels() {
        TaskId id = enqueue(ASpec.asking("unwanted").labels(Map.of("a", "b")));
        tasks.cancel(id);

        assertThat(tasks.delete(id)).isEqualTo(DeleteAnswer.DELETED);

        assertThat(tasks.find(id)).isEmpty();
        assertThat(sql("DELETE FROM task_label")).isZero();
        assertThat(tasks.delete(id)).isEqualTo(DeleteAnswer.UNKNOWN);
    }

    @Test
    void a_task_that_is_not_final_is_not_deleted() {
        TaskId running = claimed("running").id();
        TaskId pending = enqueue("pending");

        assertThat(tasks.delete(pending)).isEqualTo(DeleteAnswer.NOT_FINAL);
        assertThat(tasks.delete(running)).isEqualTo(DeleteAnswer.NOT_FINAL);
        assertThat(status(pending)).isEqualTo(TaskStatus.PENDING);
        assertThat(status(running)).isEqualTo(TaskStatus.RUNNING);
    }
}
