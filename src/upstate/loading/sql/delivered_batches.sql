-- How many batches the agent said it has delivered.
select batches from hub_order where id = %(order)s
