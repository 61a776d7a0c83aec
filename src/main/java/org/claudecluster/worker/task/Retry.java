package org.claudecluster.worker.task;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.claudecluster.worker.task.result.Reason;

/**
 * After which ends another attempt is made, as long as one is left, and after how long.
 *
 * @param on reasons after which trying again can help, see {@link #canHelp}
 */
public record Retry(Set<Reason> on, Backoff backoff) {

    /** Only a lost worker is made up for, as when nothing was asked. */
    public static final Retry DEFAULT = new Retry(Set.of(Reason.WORKER_LOST), Backoff.DEFAULT);

    public Retry {
        on = Set.copyOf(on);
        on.stream().filter(reason -> !canHelp(reason)).findFirst().ifPresent(reason -> {
            throw new IllegalArgumentException("trying again does not help after " + reason.wire());
        });
    }

    /** Whether an end for this reason is worth another attempt. */
    public boolean isAfter(Reason reason) {
        return on.contains(reason);
    }

    /**
     * Whether the same task can come to a better end a little later. Not what somebody wished, not a bound that the
     * caller set, and not what the next attempt would meet just the same.
     */
    public static boolean canHelp(Reason reason) {
        return switch (reason) {
            case EXIT_NONZERO,
                    KILLED_BY_SIGNAL,
                    TIMEOUT,
                    NO_OUTPUT,
                    NEVER_STARTED,
                    AUTH_FAILED,
                    USAGE_LIMIT,
                    RATE_LIMITED,
                    OVERLOADED,
                    API_ERROR,
                    BILLING,
                    INCOMPLETE,
                    NO_RESULT,
                    SCHEMA_UNMET,
                    OUT_OF_MEMORY,
                    NO_SPACE,
                    WORKSPACE_FAILED,
                    WORKER_LOST,
                    DRAINED -> true;
            case LINGERING,
                    CLI_NOT_FOUND,
                    CLI_NOT_EXECUTABLE,
                    REFUSED,
                    MAX_TURNS,
                    BUDGET_EXCEEDED,
                    PERMISSION_BLOCKED,
                    OUTPUT_LIMIT,
                    PROCESS_LIMIT,
                    INTERRUPTED,
                    CANCELLED -> false;
        };
    }

    /** The wire names of all reasons that may be named, in the order of the API's table. */
    public static List<String> choices() {
        return Arrays.stream(Reason.values())
                .filter(Retry::canHelp)
                .map(Reason::wire)
                .toList();
    }
}
