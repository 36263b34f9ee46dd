-- Of each of these objects the newest order of a zone that is not of another school year, in a resync that runs or has
-- ended; and when the resync it belongs to was set going. Some resyncs may be left out, by id.
--
-- Whatever the length of the history, few orders are met: those since the newest full resync, which had every object
-- that was offered; only what is not among them is looked for further back.
WITH runs AS (
    SELECT id, school_year = %(school_year)s AND mode = 'full' AND finished_at IS NOT NULL AS is_whole
    FROM hub_resync
    WHERE zone_id = %(zone)s AND state <> 'queued' AND mode IN ('full', 'partial') AND id <> ALL(%(hidden)s::bigint[])
),
whole AS (
    SELECT coalesce(max(id), 0) AS id
    FROM runs
    WHERE is_whole
),
recent AS (
    SELECT object, max(resync_id) AS resync_id
    FROM hub_order
    WHERE resync_id = ANY(ARRAY(SELECT id FROM runs WHERE id >= (SELECT id FROM whole)))
        AND object = ANY(%(objects)s::text[])
        AND coalesce(school_year = %(school_year)s, true)
    GROUP BY object
),
newest AS (
    SELECT object, resync_id
    FROM recent
    UNION ALL
    SELECT object, max(resync_id)
    FROM hub_order
    WHERE resync_id = ANY(ARRAY(SELECT id FROM runs WHERE id < (SELECT id FROM whole)))
        AND object = ANY(
            ARRAY(SELECT wanted FROM unnest(%(objects)s::text[]) AS wanted WHERE wanted NOT IN (SELECT object FROM recent))
        )
        AND coalesce(school_year = %(school_year)s, true)
    GROUP BY object
)
SELECT
    orders.object,
    orders.resync_id,
    orders.state,
    orders.message,
    orders.records,
    orders.everything,
    coalesce(orders.district_records, CASE WHEN orders.everything THEN orders.records END, 0) AS read,
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
