package org.claudecluster.worker.task.store;

/** Where new tasks are handed in. */
public interface Intake {

    /**
     * Makes a task durable, or says that it was here before. Where this worker may run it at once it is claimed in the
     * same write, else it waits for its turn. Throws {@link StoreUnavailableException} when it is unknown whether it was taken.
     */
    Enqueued enqueue(NewTask task);
}
