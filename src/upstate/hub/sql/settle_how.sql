-- How a claimed order is read, and what its records will be judged by.
UPDATE hub_order
SET everything = %(everything)s, fingerprint = %(fingerprint)s
WHERE id = %(order)s AND epoch = %(epoch)s AND state = 'reading'
RETURNING id
