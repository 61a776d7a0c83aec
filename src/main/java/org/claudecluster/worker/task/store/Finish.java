package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskResult;

/** All that is written when a task ends. */
public record Finish(Outcome outcome, Optional<TaskResult> result, Progress progress, Account account) {

    public Finish {
        requireNonNull(outcome, "outcome");
        requireNonNull(result, "result");
        requireNonNull(progress, "progress");
        requireNonNull(account, "account");
    }

    /** With what was measured, and nothing else in the ledger. */
    public Finish(Outcome outcome, Optional<TaskResult> result, Progress progress, Optional<Footprint> footprint) {
        this(outcome, result, progress, new Account(Optional.empty(), outcome.ending(), Spent.UNKNOWN, footprint));
    }

    /** Of a task that no process ran for. */
    public Finish(Outcome outcome, Optional<TaskResult> result, Progress progress) {
        this(outcome, result, progress, Optional.empty());
    }

    /** Number of the task's last event, which tells the outcome; empty when the ledger has no better than the default. */
    public Optional<Long> completeId() {
        return account.lastEventId().map(last -> last + 1);
    }
}
