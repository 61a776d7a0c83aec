-- As ../postgresql has them, in H2's words: each ADD writes the whole table anew, so it is one.
-- They are there if a crash came before the history had this file, and nobody has used them then.
ALTER TABLE task DROP COLUMN IF EXISTS tenant, submitted_by;
ALTER TABLE task ADD COLUMN (
    -- Whose it is. What was there before belongs to the tenant of those that nobody tells apart.
    tenant varchar(63) DEFAULT 'default' NOT NULL,
    -- The name of the key or token that it came with.
    submitted_by varchar(200)
);
-- A tenant's name, U+0001 and the caller's key; of the tenant "default" the key alone. No row is written for it.
ALTER TABLE task ALTER COLUMN idempotency_key SET DATA TYPE varchar(320);
