-- Longer than a test's connections wait for an answer, or may stand still in a transaction.
SELECT pg_sleep(3);
