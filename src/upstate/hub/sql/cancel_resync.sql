-- End the cancelled resyncs of a zone and year: what is not settled of them fails with a line that says so, what was kept
-- of it goes, what has landed stays. A reader that still holds an order is fenced by the epoch.
WITH ending AS (
    UPDATE hub_resync
    SET state = 'failed', finished_at = now(), started_at = coalesce(started_at, now())
    WHERE zone_id = %(zone)s
        AND school_year = %(school_year)s
        AND hold = 'cancelled'
        AND state IN ('queued', 'running')
    RETURNING id, held_by
),
failed AS (
    UPDATE hub_order
    SET state = 'failed',
        epoch = epoch + 1,
        message = 'Cancelled by ' || ending.held_by || '. What had landed before stays as it is.',
        finished_at = now(),
        lease_until = NULL
    FROM ending
    WHERE hub_order.resync_id = ending.id AND hub_order.state NOT IN ('landed', 'failed')
    RETURNING hub_order.id
),
gone AS (
    DELETE FROM hub_batch
    USING failed
    WHERE hub_batch.order_id = failed.id
)
SELECT id, held_by FROM ending ORDER BY id
