-- As ../postgresql has them, in H2's words: each ALTER writes the whole table anew, so it is one.
-- They are there if a crash came before the history had this file, and nobody has used them then.
ALTER TABLE task DROP COLUMN IF EXISTS exact_reason, complete_id, parks, parked_since, open_at, turn_at;
-- What is gone need not be written anew; V4_5 says why.
DROP INDEX IF EXISTS task_by_urgency;
ALTER TABLE task ADD COLUMN (
    -- The reason where the version before does not know it; "reason" then has the nearest that it knows.
    exact_reason varchar(32),
    -- Number of its complete event, where whoever ended it knew its last record; else it is the last of the claim's range.
    complete_id bigint,
    -- How often in a row it was parked, and when for the first time: both bounded.
    parks int DEFAULT 0 NOT NULL,
    parked_since timestamp(3) with time zone,
    -- From when on it may be claimed, and that time put forward by the worth of its priority: its turn. Whoever sends it back
    -- to wait moves both.
    open_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    turn_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
-- How much of a chunk is output, so that a place in it is found without reading it. Null where the version before wrote it.
ALTER TABLE transcript_chunk ADD COLUMN IF NOT EXISTS output_bytes int;
