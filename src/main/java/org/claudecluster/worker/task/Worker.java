package org.claudecluster.worker.task;

import java.time.Instant;

/** This process, as others may see it. */
public interface Worker {

    WorkerId id();

    String name();

    /** The most tasks that run at once. */
    int slots();

    /** Tasks whose slot is not free yet. */
    int activeTasks();

    /** Whether it claims no more and is about to end. */
    boolean draining();

    /** Whether it takes new tasks: while draining only for others that share its store. */
    boolean accepting();

    Instant startedAt();
}
