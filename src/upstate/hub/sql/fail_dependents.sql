-- Objects that need one that failed are not landed against half data: they fail with it, unless an agent is reading
-- them just now; those are met again when they are delivered.
WITH failed AS (
    UPDATE hub_order
    SET state = 'failed', message = %(message)s, finished_at = now(), lease_until = NULL
    WHERE resync_id = %(resync)s AND object = ANY(%(objects)s) AND state IN ('waiting', 'delivered')
    RETURNING id
),
gone AS (
    DELETE FROM hub_batch
    USING failed
    WHERE hub_batch.order_id = failed.id
)
SELECT id FROM failed
