-- What was read of an order is not all kept: it is handed out again, to whoever comes.
UPDATE hub_order
SET lease_until = NULL
WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
RETURNING id
