-- As ../postgresql has them, in H2's words: each ALTER writes the whole table anew, so it is one.
-- They are there if a crash came before the history had this file, and nobody has used them then.
ALTER TABLE task DROP COLUMN IF EXISTS place, line;
-- Only claims of the version before read them, and none of that version can be beside this one. What is gone need not be
-- written anew.
DROP INDEX IF EXISTS task_by_turn;
DROP INDEX IF EXISTS task_by_wish;
ALTER TABLE task ADD COLUMN (
    -- Where it stands while it is pending: 'unknown' (the version before wrote it), 'later' (until its time, and until
    -- somebody has looked for the worker that it prefers), 'kept' (for that worker, for a while), 'open' (to anybody),
    -- 'named' (only one worker may have it).
    place varchar(8) DEFAULT 'unknown' NOT NULL,
    -- The worker for which it is kept or that it needs; else empty.
    line varchar(200) DEFAULT '' NOT NULL
);
