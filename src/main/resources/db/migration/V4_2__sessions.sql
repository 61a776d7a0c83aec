-- Whether a session of the CLI is named by any task, before its files go.
CREATE INDEX IF NOT EXISTS task_by_session ON task (session_id);
