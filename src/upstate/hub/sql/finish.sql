-- An order is delivered in full when every batch from 0 to the last is kept, and not before. With it comes what was
-- compared; where nothing was, the batches are everything. The digest of what the district has begins the receipt.
WITH finished AS (
    UPDATE hub_order
    SET state = 'delivered',
        batches = %(batches)s,
        everything = %(everything)s,
        district_records = %(district_records)s,
        gone = %(gone)b,
        delivered_at = now(),
        lease_until = NULL
    WHERE id = %(order)s
        AND epoch = %(epoch)s
        AND state = 'reading'
        AND (SELECT (count(*), coalesce(max(number), -1)) FROM hub_batch WHERE order_id = hub_order.id)
            = (%(batches)s::bigint, %(batches)s::int - 1)
    RETURNING id, everything
),
told AS (
    INSERT INTO hub_receipt (order_id, definition, district)
    SELECT id, %(definition)b, %(total)s FROM finished
    ON CONFLICT (order_id) DO UPDATE
    SET definition = excluded.definition,
        district = excluded.district,
        compared = CASE WHEN %(everything)s THEN NULL ELSE hub_receipt.compared END
)
SELECT id FROM finished
