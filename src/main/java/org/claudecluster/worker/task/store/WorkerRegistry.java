package org.claudecluster.worker.task.store;

import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.task.WorkerId;

/** Knows which workers are alive among those that share a store. */
public interface WorkerRegistry {

    /** Says that the worker is there; to be repeated well within the lease. */
    void announce(WorkerState worker);

    /** Says that the worker is gone for good. */
    void leave(WorkerId worker);

    /** All that have not left, by name; those that were not seen for a day are forgotten. */
    List<RegisteredWorker> workers(Duration lease);
}
