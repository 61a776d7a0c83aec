package org.claudecluster.worker.task;

import java.util.UUID;

/** Which of the CLI's sessions a worker can go on with. Must answer at once. */
@FunctionalInterface
public interface Sessions {

    /** For workers that keep none. */
    Sessions NONE = _ -> false;

    /** Whether the session's files are on this machine. */
    boolean reaches(UUID session);
}
