-- The digest of the state's rows that an order is compared with: they are not read again for its receipt.
INSERT INTO hub_receipt (order_id, compared)
SELECT id, %(compared)s
FROM hub_order
WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
ON CONFLICT (order_id) DO UPDATE SET compared = excluded.compared
