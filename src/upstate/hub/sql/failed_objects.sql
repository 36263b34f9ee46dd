-- The objects of a resync that failed as a whole.
SELECT object
FROM hub_order
WHERE resync_id = %(resync)s AND state = 'failed'
