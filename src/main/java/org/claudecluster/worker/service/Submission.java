package org.claudecluster.worker.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.NewTask;

/**
 * Asks for one new task.
 *
 * @param idempotency under which the same request makes one task, where the caller gave a key
 * @param wish the task, or why there can be none
 * @param patience how long the caller waits for the task's end
 */
public record Submission(Optional<NewTask.Idempotency> idempotency, Wish wish, Duration patience) {

    public Submission {
        requireNonNull(idempotency, "idempotency");
        requireNonNull(wish, "wish");
        requireNonNull(patience, "patience");
    }

    /** The same with another wish. */
    Submission with(Wish other) {
        return new Submission(idempotency, other, patience);
    }

    /** Keeps a refusal until it is known that the request is no repetition, which has its answer already. */
    public sealed interface Wish {

        /** A task that may be made. */
        record Sound(TaskSpec spec) implements Wish {}

        /** A task that must not be made. */
        record Refused(TaskProblem problem) implements Wish {}

        /** Tries to make a spec, and keeps the {@link TaskProblem} that says why not. */
        static Wish of(Supplier<TaskSpec> maker) {
            try {
                return new Sound(maker.get());
            } catch (TaskProblem refused) {
                return new Refused(refused);
            }
        }

        /** The spec; throws the refusal. */
        default TaskSpec orThrow() {
            return switch (this) {
                case Sound(TaskSpec spec) -> spec;
                case Refused(TaskProblem problem) -> throw problem;
            };
        }
    }
}
