-- The receipts of an order, by number.
SELECT number, digest, records
FROM hub_batch
WHERE order_id = %(order)s
ORDER BY number
