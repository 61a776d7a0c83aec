package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.Park;
import org.claudecluster.worker.task.store.Requeue;

/** The last write under a lease. */
sealed interface FinalWrite {

    /** What the task becomes, unless its cancel was asked for meanwhile. */
    TaskStatus status();

    /** Why it is no plain success. */
    Optional<Reason> reason();

    /** What goes into the ledger. */
    Account account();

    /** The same, once the transcript is whole: number of its last record, if it has any. */
    FinalWrite upTo(Optional<Long> lastRecord);

    /** What is written instead when the store rejects this: no text of the run, but what was counted. */
    default FinalWrite rejected(String why) {
        Outcome outcome = new Outcome.Failed(
                Reason.OUTPUT_LIMIT,
                "the outcome could not be written: " + why,
                account().ending());
        Progress progress = this instanceof Ended(Finish finish) ? finish.progress() : Progress.NONE;
        return new Ended(new Finish(outcome, Optional.empty(), progress, account()));
    }

    /** It has its one outcome. */
    record Ended(Finish finish) implements FinalWrite {
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

        @Override
        public Account account() {
            return finish.account();
        }

        @Override
        public FinalWrite upTo(Optional<Long> lastRecord) {
            return new Ended(new Finish(
                    finish.outcome(),
                    finish.result(),
                    finish.progress(),
                    finish.account().upTo(lastRecord)));
        }
    }

    /**
     * It waits again as if it had not been claimed, since nothing came of it.
     *
     * @param why {@link Reason#DRAINED} when this worker stops; none when the store was away at its start
     */
    record GivenBack(Optional<Reason> why, Account account) implements FinalWrite {
        public GivenBack {
            requireNonNull(why, "why");
            requireNonNull(account, "account");
        }

        static GivenBack drained(Account account) {
            return new GivenBack(Optional.of(Reason.DRAINED), account);
        }

        /** Before it began. */
        static GivenBack drained() {
            return drained(Account.NONE);
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.PENDING;
        }

        @Override
        public Optional<Reason> reason() {
            return why;
        }

        @Override
        public FinalWrite upTo(Optional<Long> lastRecord) {
            return new GivenBack(why, account.upTo(lastRecord));
        }
    }

    /** It waits for its next attempt. */
    record Retried(Requeue requeue, Account account) implements FinalWrite {
        public Retried {
            requireNonNull(requeue, "requeue");
            requireNonNull(account, "account");
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.PENDING;
        }

        @Override
        public Optional<Reason> reason() {
            return Optional.of(requeue.why().reason());
        }

        @Override
        public FinalWrite upTo(Optional<Long> lastRecord) {
            return new Retried(requeue, account.upTo(lastRecord));
        }
    }

    /** It waits for the reset of a usage limit. */
    record Parked(Park park, Account account) implements FinalWrite {
        public Parked {
            requireNonNull(park, "park");
            requireNonNull(account, "account");
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.PENDING;
        }

        @Override
        public Optional<Reason> reason() {
            return Optional.of(park.why().reason());
        }

        @Override
        public FinalWrite upTo(Optional<Long> lastRecord) {
            return new Parked(park, account.upTo(lastRecord));
        }
    }
}
