-- What the receipt of an object that landed in this resync says the state holds, and how that is computed.
select line.definition, line.state
from hub_receipt as line
join hub_order as orders on orders.id = line.order_id
where orders.resync_id = %(resync)s and orders.object = %(object)s::text and line.state is not null
