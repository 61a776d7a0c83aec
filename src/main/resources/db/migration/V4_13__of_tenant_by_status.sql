-- A tenant's list of one status reads this backwards.
CREATE INDEX IF NOT EXISTS task_of_tenant_by_status ON task (tenant, status, enqueue_no);
