-- Each attempt is a row: what it printed, how it ended and what it cost. Only additions (docs/adr/0016-schema-versions.md).
-- Columns here, rows and indexes in files of their own: what holds up every worker must be over at once. Each can run again.
CREATE TABLE IF NOT EXISTS attempt (
    task                  uuid NOT NULL,
    epoch                 bigint NOT NULL,
    attempt               smallint NOT NULL,
    worker                varchar(200) NOT NULL,
    executor_type         varchar(10),
    session_id            varchar(64),
    resumed               boolean NOT NULL,
    -- Numbers of its first and its last event: of its last record, or of the complete event where the task ended with it.
    first_id              bigint NOT NULL,
    last_id               bigint,
    started_at            timestamp(3) with time zone NOT NULL,
    -- Null while it runs.
    ended_at              timestamp(3) with time zone,
    end_kind              varchar(10) CHECK (end_kind IN ('completed', 'failed', 'cancelled', 'lost', 'parked', 'given_back', 'retried')),
    reason                varchar(32),
    message               varchar(2000),
    exit_code             int,
    exit_signal           int,
    -- What this attempt cost, in millionths of a US dollar, and what the CLI told, which may be the whole session's.
    cost_micros           bigint,
    reported_micros       bigint,
    -- All tokens of the session so far, as the CLI told them: tells whether the next report is the session's or its own.
    session_tokens        bigint,
    input_tokens          bigint,
    output_tokens         bigint,
    cache_read_tokens     bigint,
    cache_creation_tokens bigint,
    peak_memory           bigint,
    cpu_ms                bigint,
    peak_processes        int,
    PRIMARY KEY (task, epoch)
);

CREATE INDEX IF NOT EXISTS attempt_of_session ON attempt (session_id, started_at);
