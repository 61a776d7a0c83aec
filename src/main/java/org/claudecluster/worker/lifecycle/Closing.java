package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Park;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.TaskStatus;

/** The last write under a lease. */
sealed interface Closing {

    /** What the task becomes, unless its cancel was asked for meanwhile. */
    TaskStatus status();

    /** Why it is no plain success. */
    Optional<Reason> reason();

    /** It has its one outcome. */
    record Ended(Finish finish) implements Closing {
        public Ended {
            requireNonNull(finish, "finish");
        }

        @Override
        public TaskStatus status() {
            return finish.outcome().status();
        }

        @Override
        public Optional<Reason> reason() {
            return finish.outcome().reason();
        }
    }

    /**
     * It waits again as if it had not been claimed, since nothing came of it.
     *
     * @param why {@link Reason#DRAINED} when this worker stops; none when the store was away at its start
     */
    record GivenBack(Optional<Reason> why) implements Closing {
        public GivenBack {
            requireNonNull(why, "why");
        }

        static GivenBack drained() {
            return new GivenBack(Optional.of(Reason.DRAINED));
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.PENDING;
        }

        @Override
        public Optional<Reason> reason() {
            return why;
        }
    }

    /** It waits for the reset of a usage limit. */
    record Parked(Park park) implements Closing {
        public Parked {
            requireNonNull(park, "park");
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.PENDING;
        }

        @Override
        public Optional<Reason> reason() {
            return Optional.of(park.why().reason());
        }
    }
}
