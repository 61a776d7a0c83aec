-- What a version after this one might add: columns with a default, an index, a table. Today's program must go on.
ALTER TABLE task ADD COLUMN next_thing varchar(20) DEFAULT 'x' NOT NULL;
ALTER TABLE worker ADD COLUMN next_thing int;
ALTER TABLE transcript_chunk ADD COLUMN next_thing int DEFAULT 0 NOT NULL;
CREATE INDEX task_by_next_thing ON task (next_thing);
CREATE TABLE next_table (task uuid PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE);
