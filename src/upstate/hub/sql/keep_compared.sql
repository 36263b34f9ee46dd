-- What a look at the state's rows told that an order is compared with: their digest and what is clear of them, so that they
-- need not be read again to judge them and for the receipt.
WITH looked AS (
    UPDATE hub_order
    SET clear = %(clear)s
    WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
    RETURNING id
)
INSERT INTO hub_receipt (order_id, compared)
SELECT id, %(compared)s
FROM looked
ON CONFLICT (order_id) DO UPDATE SET compared = excluded.compared
