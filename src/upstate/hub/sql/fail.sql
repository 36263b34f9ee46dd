-- An order cannot be read, or cannot land: it is settled with the reason, and what was kept of it goes.
WITH failed AS (
    UPDATE hub_order
    SET state = 'failed', message = %(message)s, finished_at = now(), lease_until = NULL
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = %(while_in)s
    RETURNING id
),
gone AS (
    DELETE FROM hub_batch
    USING failed
    WHERE hub_batch.order_id = failed.id
)
SELECT id FROM failed
