-- Only a claim of the version before reads it. Without it such a worker sorts what is pending, which is slower and right.
DROP INDEX IF EXISTS task_by_urgency;
