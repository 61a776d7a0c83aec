package org.claudecluster.worker.task.store;

import org.claudecluster.worker.task.Tenant;

/** Leads from a caller's tenant to its tasks. It is the only way by which a request reaches one that is there. */
@FunctionalInterface
public interface Tenants {

    /** What this tenant may do with its tasks; asks nothing yet. */
    TenantTasks tasks(Tenant tenant);
}
