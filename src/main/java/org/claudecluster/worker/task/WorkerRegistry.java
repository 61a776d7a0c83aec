package org.claudecluster.worker.task;

/** Who is alive among the workers that share a store. */
public interface WorkerRegistry {

    /** Says that the worker is there; to be repeated well within the lease. */
    void announce(WorkerId worker, String name, boolean draining);

    /** Says that the worker is gone for good. */
    void leave(WorkerId worker);
}
