-- What was kept of the order has become rows: the receipts go with the batches.
delete from hub_batch where order_id = %(order)s
