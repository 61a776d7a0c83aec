package org.claudecluster.worker.exec;

import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;

/** What a run that was asked to end comes to, whatever its program's exit code says: SIGINT ends the CLI with 0. */
final class Stops {

    private Stops() {}

    static Outcome outcome(StopCause cause, Ending ending) {
        return switch (cause) {
            case CANCELLED -> new Outcome.Cancelled(ending);
            case TIMED_OUT -> new Outcome.Failed(Reason.TIMEOUT, "the task's timeoutMs ran out", ending);
            case LEASE_LOST -> new Outcome.Failed(Reason.WORKER_LOST, "the lease on this task was lost", ending);
            case DRAINED -> new Outcome.Failed(Reason.DRAINED, "the worker was shut down while the task ran", ending);
            case TRANSCRIPT_BROKEN ->
                new Outcome.Failed(Reason.OUTPUT_LIMIT, "the transcript could not be written any more", ending);
        };
    }
}
