-- A resync ends when every order is settled: failed where any order failed, else finished.
UPDATE hub_resync
SET finished_at = now(),
    state = CASE
        WHEN EXISTS (SELECT 1 FROM hub_order WHERE resync_id = hub_resync.id AND state = 'failed') THEN 'failed'
        ELSE 'finished'
    END
WHERE id = %(resync)s
    AND state = 'running'
    AND NOT EXISTS (SELECT 1 FROM hub_order WHERE resync_id = hub_resync.id AND state NOT IN ('landed', 'failed'))
RETURNING state
