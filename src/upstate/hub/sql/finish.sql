-- An order is delivered in full when every batch from 0 to the last is kept, and not before.
UPDATE hub_order
SET state = 'delivered', batches = %(batches)s, delivered_at = now(), lease_until = NULL
WHERE id = %(order)s
    AND epoch = %(epoch)s
    AND state = 'reading'
    AND (SELECT (count(*), coalesce(max(number), -1)) FROM hub_batch WHERE order_id = hub_order.id)
        = (%(batches)s::bigint, %(batches)s::int - 1)
RETURNING id
