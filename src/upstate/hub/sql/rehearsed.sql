-- An order was rehearsed: its counts are kept, and its batches go. A word from an older claim finds nothing.
WITH rehearsed AS (
    UPDATE hub_order
    SET state = 'landed',
        finished_at = clock_timestamp(),
        lease_until = NULL,
        created = %(created)s,
        updated = %(updated)s,
        unchanged = %(unchanged)s,
        deleted = %(deleted)s,
        failed = %(failed)s,
        blocked = %(blocked)s,
        excluded = %(excluded)s,
        leftovers = %(leftovers)s
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'delivered'
    RETURNING id
),
gone AS (
    DELETE FROM hub_batch
    USING rehearsed
    WHERE hub_batch.order_id = rehearsed.id
)
SELECT id FROM rehearsed
