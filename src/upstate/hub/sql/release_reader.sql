-- The agent with this key began anew: what it held before is read by nobody.
UPDATE hub_order
SET lease_until = NULL
WHERE reader = %(reader)s AND state = 'reading'
