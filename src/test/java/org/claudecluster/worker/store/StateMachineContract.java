package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.Finish;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The SQL makes the same transitions as {@link TaskStatus#canBecome}, and no other. */
abstract class StateMachineContract extends StoreFixture {

    private static final Ending ENDING = new Ending.NotStarted();

    static Stream<Arguments> pairs() {
        return Arrays.stream(TaskStatus.values())
                .flatMap(from -> Arrays.stream(TaskStatus.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_task_becomes_only_what_its_status_allows(TaskStatus from, TaskStatus to) {
        TaskId id = inStatus(from);
        Task before = found(id);

        boolean moved = move(id, to);

        assertThat(moved).isEqualTo(from.canBecome(to));
        assertThat(status(id)).isEqualTo(moved ? to : from);
        assertThat(found(id).equals(before)).isEqualTo(!moved);
    }

    private TaskId inStatus(TaskStatus status) {
        TaskId id = enqueue(ASpec.asking("walks").maxAttempts(9));
        if (status != TaskStatus.PENDING) {
            assertThat(move(id, TaskStatus.RUNNING)).isTrue();
        }
        if (status.isFinal()) {
            assertThat(move(id, status)).isTrue();
        }
        return id;
    }

    /** Tries by the one way that leads there, with the best lease one could have. */
    private boolean move(TaskId id, TaskStatus to) {
        return switch (to) {
            case PENDING -> reaped(id);
            case RUNNING -> !store.claim(ME, 9).isEmpty();
            case COMPLETED -> finish(id, DONE.outcome());
            case FAILED -> finish(id, new Outcome.Failed(Reason.API_ERROR, "why", ENDING)) || unreadable(id);
            case CANCELLED -> finish(id, new Outcome.Cancelled(ENDING)) || tasks.cancel(id) == CancelAnswer.CANCELLED;
        };
    }

    /** A claim can't tell what is to be run. */
    private boolean unreadable(TaskId id) {
        return sql("UPDATE task SET spec = '{' WHERE id = ? AND status = 'pending'", id) == 1
                && store.claim(ME, 9).isEmpty();
    }

    private boolean reaped(TaskId id) {
        sql(
                "UPDATE task SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE id = ? AND status = 'running'",
                id);
        return !store.reap(OTHER.id(), true).isEmpty();
    }

    private boolean finish(TaskId id, Outcome outcome) {
        Lease best = new Lease(id, ME.id(), Math.max(1, found(id).epoch()));
        return store.finish(best, new Finish(outcome, Optional.empty(), Progress.NONE));
    }
}
