-- Drop an order's batches from a number on, where it is still being read under this epoch; tells how many bytes went.
WITH fence AS (
    SELECT id
    FROM hub_order
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
    FOR UPDATE
),
gone AS (
    DELETE FROM hub_batch
    USING fence
    WHERE hub_batch.order_id = fence.id AND hub_batch.number >= %(first)s
    RETURNING hub_batch.records, octet_length(hub_batch.payload) AS size
),
total AS (
    SELECT coalesce(sum(records), 0) AS records, coalesce(sum(size), 0)::bigint AS size
    FROM gone
)
UPDATE hub_order
SET records = hub_order.records - total.records
FROM fence, total
WHERE hub_order.id = fence.id
RETURNING total.size
