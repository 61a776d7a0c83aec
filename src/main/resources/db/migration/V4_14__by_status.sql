-- Only a list of the version before reads it. Without it such a worker sorts what has that status, which is slower and right.
DROP INDEX IF EXISTS task_by_status;
