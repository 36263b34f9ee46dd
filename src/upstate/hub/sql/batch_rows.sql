-- Of each object the newest order of a zone that is not of another school year, in a resync that runs or has ended; and
-- when the resync it belongs to was set going. Some resyncs may be left out, by id.
WITH newest AS (
    SELECT orders.object, max(orders.resync_id) AS resync_id
    FROM hub_resync AS resync
    JOIN hub_order AS orders ON orders.resync_id = resync.id
    WHERE resync.zone_id = %(zone)s
        AND resync.state <> 'queued'
        AND resync.id <> ALL(%(hidden)s::bigint[])
        AND coalesce(orders.school_year = %(school_year)s, true)
    GROUP BY orders.object
)
SELECT
    orders.object,
    orders.resync_id,
    orders.state,
    orders.message,
    orders.records,
    orders.created,
    orders.updated,
    orders.unchanged,
    orders.deleted,
    orders.failed,
    orders.blocked,
    orders.excluded,
    orders.leftovers,
    coalesce(orders.started_at, resync.started_at, resync.placed_at) AS started
FROM newest
JOIN hub_order AS orders ON (orders.resync_id, orders.object) = (newest.resync_id, newest.object)
JOIN hub_resync AS resync ON resync.id = newest.resync_id
