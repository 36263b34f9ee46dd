-- Take the next order of a resync for reading. The epoch it gains fences whoever held the order before; the order of
-- another reader is taken only when its lease has run out or was released.
UPDATE hub_order
SET state = 'reading',
    epoch = epoch + 1,
    started_at = coalesce(started_at, now()),
    lease_until = now() + %(lease)s
WHERE id = (
    SELECT id
    FROM hub_order
    WHERE resync_id = %(resync)s
        AND (state = 'waiting' OR (state = 'reading' AND coalesce(lease_until < now(), true)))
    ORDER BY position
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, resync_id, object, school_year, epoch
