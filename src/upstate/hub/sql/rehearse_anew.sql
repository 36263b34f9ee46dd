-- A rehearsal that was interrupted has left nothing to go on from: all of its orders are read anew. Whoever still holds
-- one is fenced by the epoch.
WITH anew AS (
    UPDATE hub_order
    SET state = 'waiting',
        epoch = epoch + 1,
        batches = NULL,
        records = 0,
        district_records = NULL,
        gone = NULL,
        lease_until = NULL,
        started_at = NULL,
        delivered_at = NULL,
        finished_at = NULL,
        created = 0,
        updated = 0,
        unchanged = 0,
        deleted = 0,
        failed = 0,
        blocked = 0,
        excluded = 0,
        leftovers = 0,
        message = ''
    WHERE resync_id = %(resync)s AND state <> 'waiting'
    RETURNING id
),
forgotten AS (
    DELETE FROM hub_rehearsed_root WHERE resync_id = %(resync)s
),
told AS (
    DELETE FROM hub_rehearsal WHERE resync_id = %(resync)s
),
held AS (
    DELETE FROM hub_held_removal WHERE resync_id = %(resync)s
)
DELETE FROM hub_batch
USING anew
WHERE hub_batch.order_id = anew.id
