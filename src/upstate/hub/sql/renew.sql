-- A reader that waits for room is still there: keep its order from being given to another.
UPDATE hub_order
SET lease_until = now() + %(lease)s
WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
RETURNING id
