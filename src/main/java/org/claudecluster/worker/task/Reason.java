package org.claudecluster.worker.task;

import java.util.Locale;

/** Why a task ended as it did. Stable: each wire name is part of the API and a metric label. */
public enum Reason {
    /** The program ended with an exit code other than 0 and told nothing more. */
    EXIT_NONZERO,
    /** The program was ended by a signal which this worker did not send. */
    KILLED_BY_SIGNAL,
    /** The task's own wall clock ran out. */
    TIMEOUT,
    /** Nothing was printed for too long. */
    NO_OUTPUT,
    /** Not one byte came after the start. */
    NEVER_STARTED,
    /** The result was there, but the process would not end: the task still completes. */
    LINGERING,
    /** CLAUDE_CLI_PATH names no file. */
    CLI_NOT_FOUND,
    /** CLAUDE_CLI_PATH names something that can't be executed. */
    CLI_NOT_EXECUTABLE,
    /** The API refused the credential, or there is none. */
    AUTH_FAILED,
    /** A usage limit of the account is reached; it resets at a known time. */
    USAGE_LIMIT,
    /** The API answered 429. */
    RATE_LIMITED,
    /** The API answered 529. */
    OVERLOADED,
    /** Any other failure of the API, a refusal included. */
    API_ERROR,
    /** {@code claude.maxTurns} was reached. */
    MAX_TURNS,
    /** {@code claude.maxBudgetUsd} was reached. */
    BUDGET_EXCEEDED,
    /** The run needed a permission that nobody could give. */
    PERMISSION_BLOCKED,
    /** The task used more memory than it may. */
    OUT_OF_MEMORY,
    /** The task printed more than it may. */
    OUTPUT_LIMIT,
    /** The disk is full, or the task's directories hold more than they may. */
    NO_SPACE,
    /** The task had more processes at once than it may. */
    PROCESS_LIMIT,
    /** The workspace could not be made as it was asked for: a clone that failed, as a rule. */
    WORKSPACE_FAILED,
    /** The worker that ran the task is gone, and no attempt is left. */
    WORKER_LOST,
    /** The worker was shut down while the task ran. */
    DRAINED,
    /** Somebody asked for a soft end: the CLI still reported what it had used. */
    INTERRUPTED,
    /** Somebody asked for the end. */
    CANCELLED;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The reason with this wire name. Throws {@link IllegalArgumentException} for an unknown one. */
    public static Reason ofWire(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
