-- Of each district, how many objects stand at each status by their newest order, and when the newest of those started.
WITH newest AS (
    SELECT DISTINCT ON (zone.district_id, orders.object)
        zone.district_id,
        orders.state,
        orders.started_at,
        orders.failed + orders.blocked + orders.excluded AS errors,
        orders.created + orders.updated + orders.unchanged + orders.failed + orders.blocked + orders.excluded AS processed
    FROM hub_zone AS zone
    JOIN hub_resync AS resync ON resync.zone_id = zone.id AND resync.mode IN ('full', 'partial')
    JOIN hub_order AS orders ON orders.resync_id = resync.id
    WHERE zone.district_id = ANY(%(districts)s) AND coalesce(orders.school_year = zone.school_year, true)
    ORDER BY zone.district_id, orders.object, resync.id DESC
)
SELECT
    district_id,
    CASE
        WHEN state = 'failed' THEN 'red'
        WHEN state <> 'landed' THEN 'gray'
        WHEN errors = 0 THEN 'green'
        WHEN errors * 100 <= processed THEN 'yellow'
        ELSE 'red'
    END AS status,
    count(*) AS objects,
    max(started_at) AS last
FROM newest
GROUP BY 1, 2
