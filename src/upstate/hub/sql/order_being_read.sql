-- An order that was claimed and is not delivered, as its last reader claimed it.
SELECT id, resync_id, object, school_year, epoch
FROM hub_order
WHERE id = %(order)s AND state = 'reading'
