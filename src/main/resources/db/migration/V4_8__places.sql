-- Places of what waits already. What may go on with another task or session stays unknown: the first claim reads its spec.
UPDATE task SET place = CASE WHEN open_at > CURRENT_TIMESTAMP THEN 'later' WHEN require_worker AND wanted_worker IS NOT NULL THEN 'named'
                             WHEN wanted_worker IS NULL THEN 'open' ELSE 'later' END,
                line = CASE WHEN open_at <= CURRENT_TIMESTAMP AND require_worker THEN COALESCE(wanted_worker, '') ELSE '' END
 WHERE status = 'pending' AND place = 'unknown'
   AND spec NOT LIKE '%"continues":{%' AND spec NOT LIKE '%"resumeSessionId":"%';
