-- Claims read this in order: what anybody may have.
CREATE INDEX IF NOT EXISTS task_by_turn ON task (status, require_worker, turn_at, enqueue_no, open_at);
