package org.claudecluster.worker.task.result;

import java.util.Locale;
import java.util.Optional;

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
    /** Any other failure of the API. */
    API_ERROR,
    /** The account can't pay: its credit is used up or its billing is not in order. */
    BILLING,
    /** The model refused to answer. */
    REFUSED,
    /** The run was cut off in its work: inside a tool call, an answer, or a background task that was waited for. */
    INCOMPLETE,
    /** A program that calls itself Claude Code ended without a result. */
    NO_RESULT,
    /** {@code claude.jsonSchema} was asked for, and no output that meets it came. */
    SCHEMA_UNMET,
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

    /** The reason with this wire name, unless a newer version has written it. */
    public static Optional<Reason> find(String wire) {
        try {
            return Optional.of(ofWire(wire));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /**
     * The nearest that the version before this one knows: it may read the task, and does not know the reasons that came
     * with the ledger.
     */
    public Reason olderName() {
        return switch (this) {
            case BILLING, REFUSED, SCHEMA_UNMET -> API_ERROR;
            case INCOMPLETE, NO_RESULT -> EXIT_NONZERO;
            case EXIT_NONZERO,
                    KILLED_BY_SIGNAL,
                    TIMEOUT,
                    NO_OUTPUT,
                    NEVER_STARTED,
                    LINGERING,
                    CLI_NOT_FOUND,
                    CLI_NOT_EXECUTABLE,
                    AUTH_FAILED,
                    USAGE_LIMIT,
                    RATE_LIMITED,
                    OVERLOADED,
                    API_ERROR,
                    MAX_TURNS,
                    BUDGET_EXCEEDED,
                    PERMISSION_BLOCKED,
                    OUT_OF_MEMORY,
                    OUTPUT_LIMIT,
                    NO_SPACE,
                    PROCESS_LIMIT,
                    WORKSPACE_FAILED,
                    WORKER_LOST,
                    DRAINED,
                    INTERRUPTED,
                    CANCELLED -> this;
        };
    }
}
