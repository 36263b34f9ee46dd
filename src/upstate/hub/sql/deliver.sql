-- Keep a batch where its order is still being read under this epoch. A number that is kept already changes nothing and
-- is answered with its old receipt; an order that has moved on answers with no row at all.
WITH fence AS (
    SELECT id
    FROM hub_order
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
    FOR UPDATE
),
kept AS (
    INSERT INTO hub_batch (order_id, number, records, digest, payload)
    SELECT fence.id, %(number)s, %(records)s, %(digest)b, %(payload)b
    FROM fence
    ON CONFLICT (order_id, number) DO NOTHING
    RETURNING order_id, number, digest, records
),
counted AS (
    UPDATE hub_order
    SET records = hub_order.records + kept.records, lease_until = now() + %(lease)s
    FROM kept
    WHERE hub_order.id = kept.order_id
)
SELECT number, digest, records, true AS is_new
FROM kept
UNION ALL
SELECT batch.number, batch.digest, batch.records, false
FROM fence
JOIN hub_batch AS batch ON batch.order_id = fence.id
WHERE batch.number = %(number)s AND NOT EXISTS (SELECT 1 FROM kept)
