-- Leftovers have gone since the object landed: the state holds so much less.
update hub_receipt as line set state = %(state)s
from hub_order as orders
where orders.id = line.order_id and orders.resync_id = %(resync)s and orders.object = %(object)s::text
