-- Turns of what waits already. Running tasks are not touched, so their leases are renewed meanwhile.
UPDATE task SET open_at = GREATEST(created_at, COALESCE(not_before, created_at)),
                turn_at = GREATEST(created_at, COALESCE(not_before, created_at)) - INTERVAL '30' SECOND * CAST(priority AS int)
 WHERE status = 'pending';
