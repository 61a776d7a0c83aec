package org.claudecluster.worker.task;

import java.time.Duration;

/** Is told what happens, for meters. Called on hot paths: implementations return at once and never throw. */
public interface TaskObserver {

    void submitted();

    void claimed(int tasks);

    /** The terminal printed its first byte so long after the program was started. */
    void firstByte(Duration afterStart);

    void printed(int bytes);

    /** A task reached its final state here after so long a run. */
    void finished(Finish finish, Duration run);

    void leaseLost();

    /** A task waits for the reset of a limit. */
    void parked(Reason reason);

    /** The worker's stop ended a run; the task now waits again or has failed. */
    void drained(TaskStatus now);

    /** Retention has removed so many transcripts, or tasks with all that belongs to them. */
    void forgotten(int transcripts, int tasks);

    /** The watchdog ended a run for this cause, a word for a label. */
    void alarmed(String cause);

    /** Processes that could not be ended. */
    void leaked(int processes);
}
