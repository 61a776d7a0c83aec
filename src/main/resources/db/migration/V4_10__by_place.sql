-- Whose place is to change, and for how long the one has waited that waits longest. How many wait is counted in it too.
CREATE INDEX IF NOT EXISTS task_by_place ON task (status, place, open_at);
