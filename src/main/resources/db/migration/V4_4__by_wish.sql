-- Claims read this in order: what needs one certain worker.
CREATE INDEX IF NOT EXISTS task_by_wish ON task (status, wanted_worker, require_worker, turn_at, enqueue_no, open_at);
