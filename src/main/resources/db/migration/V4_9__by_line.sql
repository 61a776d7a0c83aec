-- Claims read this in order.
CREATE INDEX IF NOT EXISTS task_by_line ON task (status, place, line, turn_at, enqueue_no);
