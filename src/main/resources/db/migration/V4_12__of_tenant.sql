-- A tenant's list reads this backwards, however much others have.
CREATE INDEX IF NOT EXISTS task_of_tenant ON task (tenant, enqueue_no);
