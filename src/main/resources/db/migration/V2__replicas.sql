-- Many workers on one store. Only additions, each with a default: a worker that knows V1 only goes on beside one that
-- knows this (docs/adr/0016-schema-versions.md).
ALTER TABLE task ADD COLUMN resumed boolean DEFAULT FALSE NOT NULL;
ALTER TABLE task ADD COLUMN park_reason varchar(32);
ALTER TABLE task ADD COLUMN park_message varchar(2000);
ALTER TABLE task ADD COLUMN transcript_gone boolean DEFAULT FALSE NOT NULL;

-- Retention reads the oldest ends first. One index for both of its questions: each write of a task pays for every index.
CREATE INDEX task_by_end ON task (transcript_gone, finished_at);

ALTER TABLE worker ADD COLUMN version varchar(60) DEFAULT '' NOT NULL;
ALTER TABLE worker ADD COLUMN slots int DEFAULT 1 NOT NULL;
ALTER TABLE worker ADD COLUMN active_tasks int DEFAULT 0 NOT NULL;

-- What a submit's workerId may name besides a worker's id.
CREATE TABLE worker_name (
    worker varchar(200) NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    name   varchar(200) NOT NULL,
    PRIMARY KEY (worker, name)
);

CREATE INDEX worker_name_by_name ON worker_name (name);

-- Credentials whose usage limit is used up: nobody claims for them until it resets. Only fingerprints.
CREATE TABLE credential_pause (
    credential varchar(64) PRIMARY KEY,
    paused_until timestamp(3) with time zone NOT NULL,
    reason     varchar(32) NOT NULL
);

-- What tasks printed, where replicas share the store: encoded records, first to last in one chunk.
CREATE TABLE transcript_chunk (
    task      uuid NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    first_seq bigint NOT NULL,
    last_seq  bigint NOT NULL,
    records   bytea NOT NULL,
    PRIMARY KEY (task, first_seq)
);
