package org.claudecluster.worker.task;

import java.util.Optional;
import org.claudecluster.worker.task.result.Footprint;

/** Knows what the runs of this process have used so far. */
public interface Footprints {

    /** Empty for a task that does not run here, or runs no process. */
    Optional<Footprint> of(TaskId task);
}
