-- As ../h2 has them, in PostgreSQL's words. No row is written.
ALTER TABLE task
    -- The reason where the version before does not know it; "reason" then has the nearest that it knows.
    ADD COLUMN IF NOT EXISTS exact_reason varchar(32),
    -- Number of its complete event, where whoever ended it knew its last record; else it is the last of the claim's range.
    ADD COLUMN IF NOT EXISTS complete_id bigint,
    -- How often in a row it was parked, and when for the first time: both bounded.
    ADD COLUMN IF NOT EXISTS parks int DEFAULT 0 NOT NULL,
    ADD COLUMN IF NOT EXISTS parked_since timestamp(3) with time zone,
    -- From when on it may be claimed, and that time put forward by the worth of its priority: its turn. Whoever sends it back
    -- to wait moves both.
    ADD COLUMN IF NOT EXISTS open_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ADD COLUMN IF NOT EXISTS turn_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL;
-- How much of a chunk is output, so that a place in it is found without reading it. Null where the version before wrote it.
ALTER TABLE transcript_chunk ADD COLUMN IF NOT EXISTS output_bytes int;
