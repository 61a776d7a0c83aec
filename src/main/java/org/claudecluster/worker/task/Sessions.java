package org.claudecluster.worker.task;

import java.util.UUID;

/** Which of the CLI's sessions a worker can go on with. */
@FunctionalInterface
public interface Sessions {

    /** For workers that keep none. */
    Sessions NONE = _ -> false;

    /** Whether the session's files are on this machine. Must answer at once. What can't be read counts as there. */
    boolean reaches(UUID session);

    /**
     * Whether another attempt can go on with what an earlier one has left in the session <em>and</em> in its directory: a
     * session that is told to go on where there is nothing any more would make it up. What can't be read counts as there,
     * and the run that finds it so fails in words. Must answer at once.
     */
    default boolean canGoOn(Task task, UUID session) {
        return reaches(session);
    }

    /** Removes its files; what can't be removed is logged. */
    default void remove(UUID session) {}
}
