-- As ../h2 has them, in PostgreSQL's words. No row is written.
ALTER TABLE task
    -- Where it stands while it is pending: 'unknown' (the version before wrote it), 'later' (until its time, and until
    -- somebody has looked for the worker that it prefers), 'kept' (for that worker, for a while), 'open' (to anybody),
    -- 'named' (only one worker may have it).
    ADD COLUMN IF NOT EXISTS place varchar(8) DEFAULT 'unknown' NOT NULL,
    -- The worker for which it is kept or that it needs; else empty.
    ADD COLUMN IF NOT EXISTS line varchar(200) DEFAULT '' NOT NULL;
