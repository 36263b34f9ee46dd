-- What a resync came to: its objects, how many of them failed as a whole, and what became of the records.
SELECT
    count(*) AS objects,
    count(*) FILTER (WHERE state = 'failed') AS objects_failed,
    coalesce(sum(created + updated + unchanged + failed + blocked + excluded), 0)::bigint AS processed,
    coalesce(sum(failed + blocked + excluded), 0)::bigint AS errors
FROM hub_order
WHERE resync_id = %(resync)s
