-- The objects of a resync.
SELECT object
FROM hub_order
WHERE resync_id = %(resync)s
