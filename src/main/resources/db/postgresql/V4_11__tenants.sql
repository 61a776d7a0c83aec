-- As ../h2 has them, in PostgreSQL's words. No row is written: the wider key is only noted.
ALTER TABLE task
    -- Whose it is. What a worker writes that knows no tenants belongs to all of those, as what was there before does.
    ADD COLUMN IF NOT EXISTS tenant varchar(63) DEFAULT 'default' NOT NULL,
    -- The name of the key or token that it came with.
    ADD COLUMN IF NOT EXISTS submitted_by varchar(200),
    -- A tenant's name, U+0001 and the caller's key; of the tenant "default" the key alone.
    ALTER COLUMN idempotency_key SET DATA TYPE varchar(320);
