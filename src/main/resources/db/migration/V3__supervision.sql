-- Supervised runs: what they used, a soft end, and where their workspace is. Only additions (docs/adr/0016-schema-versions.md).
ALTER TABLE task ADD COLUMN peak_memory bigint;
ALTER TABLE task ADD COLUMN cpu_ms bigint;
ALTER TABLE task ADD COLUMN peak_processes int;
ALTER TABLE task ADD COLUMN interrupt_requested_at timestamp(3) with time zone;
-- The data directory, by its own id, in which the last run left its workspace and session.
ALTER TABLE task ADD COLUMN home varchar(64);
