package org.claudecluster.worker.process;

/** When runs get cgroups (version 2) of their own. */
public enum CgroupUse {
    NEVER,
    /**
     * Where they bring a controller for memory or processes. Without one a cgroup finds little that a brand does not,
     * and to move a process into it takes 15 ms or more, since the kernel waits for all its cores.
     */
    WITH_CONTROLLERS,
    /** Wherever they can be made. */
    ALWAYS
}
