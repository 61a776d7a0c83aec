package org.claudecluster.worker.task.store;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskStatus;

/** Is told what happens, for meters. Called on hot paths: implementations return at once and never throw. */
public interface TaskObserver {

    void submitted();

    void claimed(int tasks);

    /** The terminal printed its first byte so long after the program was started. */
    void firstByte(Duration afterStart);

    void printed(int bytes);

    /** A task reached its final state here after so long a run by this executor. */
    void finished(Optional<String> executor, Finish finish, Duration run);

    /** What an attempt spent that ended here, as it stands in the ledger; its task may have ended or wait again. */
    void spent(Spent spent);

    /**
     * A task ended by this worker's write and not by a run here: it waited, or its worker was gone.
     *
     * @param executor what ran it last, if anything did
     */
    void ended(Optional<String> executor, TaskStatus status, Optional<Reason> reason);

    void leaseLost();

    /** A task waits for the reset of a limit. */
    void parked(Reason reason);

    /** An attempt has failed for this reason, and its task waits for the next one. */
    void retried(Reason reason);

    /** The worker's stop ended a run; the task now waits again or has failed. */
    void drained(TaskStatus now);

    /** Retention has removed so many transcripts, or tasks with all that belongs to them. */
    void forgotten(int transcripts, int tasks);

    /** The watchdog ended a run for this cause, a word for a label. */
    void alarmed(String cause);

    /** A result line of the CLI had a word that is not known here; {@code where} is a word for a label. */
    void unknownWord(String where);

    /** Processes that could not be ended. */
    void leaked(int processes);
}
