-- Whether a resync is a rehearsal that has its results.
SELECT EXISTS (SELECT 1 FROM hub_rehearsal WHERE resync_id = %(resync)s)
