package org.claudecluster.worker.exec;

import java.util.Optional;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;

/** What a run that was asked to end comes to, whatever its program's exit code says: SIGINT ends the CLI with 0. */
final class Stops {

    private Stops() {}

    /** With the cause's own sentence. */
    static Outcome outcome(StopCause cause, Ending ending) {
        return outcome(cause, Optional.empty(), ending);
    }

    /** With what was found out beside the cause. */
    static Outcome outcome(StopCause cause, Optional<String> detail, Ending ending) {
        return switch (cause) {
            case CANCELLED -> new Outcome.Cancelled(ending);
            case INTERRUPTED -> new Outcome.Cancelled(ending, Reason.INTERRUPTED);
            case LINGERING -> new Outcome.Completed(ending, Optional.of(Reason.LINGERING));
            case TIMED_OUT -> failed(Reason.TIMEOUT, detail, "the task's timeoutMs ran out", ending);
            case LEASE_LOST -> failed(Reason.WORKER_LOST, detail, "the lease on this task was lost", ending);
            case DRAINED -> failed(Reason.DRAINED, detail, "the worker was shut down while the task ran", ending);
            case TRANSCRIPT_BROKEN ->
                failed(Reason.OUTPUT_LIMIT, detail, "the transcript could not be written any more", ending);
            case NEVER_STARTED -> failed(Reason.NEVER_STARTED, detail, "the program printed nothing", ending);
            case NO_OUTPUT -> failed(Reason.NO_OUTPUT, detail, "the program was silent and idle", ending);
            case PROMPT ->
                failed(Reason.PERMISSION_BLOCKED, detail, "a dialog waited for an answer in the terminal", ending);
            case AUTH_REFUSED -> failed(Reason.AUTH_FAILED, detail, "the API refused the credential", ending);
            case OUT_OF_MEMORY -> failed(Reason.OUT_OF_MEMORY, detail, "the task used more memory than it may", ending);
            case TOO_MANY_PROCESSES ->
                failed(Reason.PROCESS_LIMIT, detail, "the task had more processes than it may", ending);
            case DISK_LIMIT ->
                failed(Reason.NO_SPACE, detail, "the task's directories hold more than they may", ending);
            case OUTPUT_LIMIT -> failed(Reason.OUTPUT_LIMIT, detail, "the task printed more than it may", ending);
        };
    }

    private static Outcome failed(Reason reason, Optional<String> detail, String otherwise, Ending ending) {
        return new Outcome.Failed(reason, detail.orElse(otherwise), ending);
    }
}
