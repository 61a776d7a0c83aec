-- What a task goes on with: the workspace of a chain, by the id of its first task, or a session of the CLI. Most tasks
-- need none, and so cost nothing here.
CREATE TABLE IF NOT EXISTS task_need (
    task   uuid NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    kind   varchar(9) NOT NULL CHECK (kind IN ('workspace', 'session')),
    needed uuid NOT NULL,
    PRIMARY KEY (task, kind)
);

CREATE INDEX IF NOT EXISTS task_need_by_needed ON task_need (needed, kind);
