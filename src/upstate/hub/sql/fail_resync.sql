-- A resync cannot go on: its orders that are not settled fail with the reason, and what was kept of them goes. A reader
-- that still holds one is fenced by the epoch.
WITH failed AS (
    UPDATE hub_order
    SET state = 'failed', epoch = epoch + 1, message = %(message)s, finished_at = now(), lease_until = NULL
    WHERE resync_id = %(resync)s AND state NOT IN ('landed', 'failed')
    RETURNING id
)
DELETE FROM hub_batch
USING failed
WHERE hub_batch.order_id = failed.id
