-- How many records of an order are kept in batches.
select coalesce(sum(records), 0) from hub_batch where order_id = %(order)s
