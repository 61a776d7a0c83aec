package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;

/**
 * How an attempt ended: as its task did, or so that the task waits again.
 *
 * @param reason a reason's wire name, which a newer version may have written; empty for a plain success
 * @param message a sentence for people, where there is one
 */
public record AttemptEnd(Kind kind, Optional<String> reason, Optional<String> message, Account account) {

    public AttemptEnd {
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(message, "message");
        requireNonNull(account, "account");
    }

    /** The ways in which an attempt ends. The wire names are the lower-case constants. */
    public enum Kind {
        COMPLETED,
        FAILED,
        CANCELLED,
        /** Its worker is gone. */
        LOST,
        /** Its task waits for the reset of a usage limit. */
        PARKED,
        /** It is as if it had not been claimed. */
        GIVEN_BACK,
        /** It failed, and its task asked for another attempt. */
        RETRIED;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind with this wire name. */
        public static Kind ofWire(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }

        /** Of an attempt that ended with its task. */
        public static Kind of(TaskStatus end) {
            return switch (end) {
                case COMPLETED -> COMPLETED;
                case FAILED -> FAILED;
                case CANCELLED -> CANCELLED;
                case PENDING, RUNNING -> throw new IllegalArgumentException("no end: " + end);
            };
        }
    }

    /** With its task. */
    public static AttemptEnd of(Finish finish) {
        Outcome outcome = finish.outcome();
        return new AttemptEnd(
                Kind.of(outcome.status()), outcome.reason().map(Reason::wire), outcome.message(), finish.account());
    }

    /** As if it had never been claimed. */
    public static AttemptEnd givenBack(Account account) {
        return new AttemptEnd(Kind.GIVEN_BACK, Optional.empty(), Optional.empty(), account);
    }

    /** Until a limit resets. */
    public static AttemptEnd parked(Park park, Account account) {
        Parked why = park.why();
        return new AttemptEnd(Kind.PARKED, Optional.of(why.reason().wire()), Optional.of(why.message()), account);
    }

    /** Until the next attempt. */
    public static AttemptEnd retried(Requeue requeue, Account account) {
        Parked why = requeue.why();
        return new AttemptEnd(Kind.RETRIED, Optional.of(why.reason().wire()), Optional.of(why.message()), account);
    }

    /** The same of a task that somebody wanted to be cancelled meanwhile. */
    public AttemptEnd cancelled() {
        return new AttemptEnd(Kind.CANCELLED, Optional.of(Reason.CANCELLED.wire()), Optional.empty(), account);
    }

    /** Taken from a worker that is gone; nothing is known of it but what its task is now. */
    public static AttemptEnd reaped(Task now) {
        AttemptEnd lost = new AttemptEnd(
                Kind.LOST,
                Optional.of(Reason.WORKER_LOST.wire()),
                now.outcome().flatMap(Outcome::message),
                Account.NONE);
        return now.status() == TaskStatus.CANCELLED ? lost.cancelled() : lost;
    }
}
