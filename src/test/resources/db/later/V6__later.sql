-- Two versions ahead: today's program refuses to start.
CREATE TABLE later_table (id int PRIMARY KEY);
