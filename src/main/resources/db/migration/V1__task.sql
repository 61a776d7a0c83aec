-- One table is the queue, the lease and the record of a task. The same statements run on H2 and PostgreSQL.
CREATE TABLE task (
    -- The key, since lists read the table in this order; the id is what the world knows.
    enqueue_no          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                  uuid NOT NULL,
    status              varchar(10) NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority            smallint NOT NULL,
    wanted_worker       varchar(200),
    require_worker      boolean NOT NULL,
    not_before          timestamp(3) with time zone,
    timeout_ms          bigint NOT NULL,
    max_attempts        smallint NOT NULL,
    prompt              varchar(300000) NOT NULL,
    spec                varchar(1000000) NOT NULL,
    idempotency_key     varchar(255),
    fingerprint         varchar(64),
    created_at          timestamp(3) with time zone NOT NULL,
    started_at          timestamp(3) with time zone,
    finished_at         timestamp(3) with time zone,
    attempt             smallint NOT NULL,
    -- The fencing token: every claim adds one, every write of an owner names it.
    epoch               bigint NOT NULL,
    worker              varchar(200),
    lease_until         timestamp(3) with time zone,
    cancel_requested_at timestamp(3) with time zone,
    executor_type       varchar(10),
    session_id          varchar(64),
    output_bytes        bigint NOT NULL,
    last_output_at      timestamp(3) with time zone,
    turns               int NOT NULL,
    exit_code           int,
    exit_signal         int,
    reason              varchar(32),
    message             varchar(2000),
    result              varchar(1000000),
    CONSTRAINT task_by_id UNIQUE (id),
    CONSTRAINT running_has_an_owner CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CONSTRAINT attempts_are_bounded CHECK (attempt <= max_attempts)
);

-- Claims read this index in order: status first, since every claim names it.
CREATE INDEX task_by_urgency ON task (status, priority DESC, enqueue_no);
-- Lists of one status read this index backwards; the queue's depth and age are counted in it without reading a row.
CREATE INDEX task_by_status ON task (status, enqueue_no, not_before);
CREATE UNIQUE INDEX task_by_idempotency_key ON task (idempotency_key);

CREATE TABLE task_label (
    task_id uuid NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    name    varchar(63) NOT NULL,
    content varchar(255) NOT NULL,
    PRIMARY KEY (task_id, name)
);

CREATE INDEX task_label_by_content ON task_label (name, content);

-- Who is alive: a wish for a worker is only waited for while the worker is known here.
CREATE TABLE worker (
    id        varchar(200) PRIMARY KEY,
    name      varchar(200) NOT NULL,
    draining  boolean NOT NULL,
    last_seen timestamp(3) with time zone NOT NULL
);
