-- One batch of an order, as it came.
select payload from hub_batch where order_id = %(order)s and number = %(number)s
