-- The batches of an order, as they came, for another server.
copy (select order_id, number, records, payload from hub_batch where order_id = %(order)s) to stdout (format binary)
