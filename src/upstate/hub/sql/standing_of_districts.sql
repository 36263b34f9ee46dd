-- For each of these districts and each object it sent: how its newest order stands, for the zone's scoped year. Looks
-- back to the newest full resync of that year, where there is one, which keeps a long history cheap; with `all_of_it`
-- beyond that, for some objects. `bounded` says of a district whether there is such a full resync.
WITH whole AS MATERIALIZED (
    SELECT zone.id AS zone, zone.district_id, zone.school_year, max(resync.id) AS resync
    FROM hub_zone AS zone
    LEFT JOIN hub_resync AS resync
        ON resync.zone_id = zone.id AND resync.school_year = zone.school_year AND resync.mode = 'full'
    WHERE zone.district_id = ANY(%(districts)s)
    GROUP BY zone.id
),
relevant AS MATERIALIZED (
    SELECT whole.district_id, whole.school_year, whole.resync IS NOT NULL AS bounded, resync.id
    FROM whole
    JOIN hub_resync AS resync ON resync.zone_id = whole.zone AND resync.mode IN ('full', 'partial')
    WHERE %(all_of_it)s OR resync.id >= coalesce(whole.resync, 0)
)
SELECT DISTINCT ON (relevant.district_id, orders.object)
    relevant.district_id,
    orders.object,
    CASE
        WHEN orders.state = 'failed' THEN 'red'
        WHEN orders.state <> 'landed' THEN 'gray'
        WHEN orders.failed + orders.blocked + orders.excluded = 0 THEN 'green'
        WHEN (orders.failed + orders.blocked + orders.excluded) * 100
            <= orders.created + orders.updated + orders.unchanged + orders.failed + orders.blocked + orders.excluded
            THEN 'yellow'
        ELSE 'red'
    END AS status,
    relevant.bounded
FROM relevant
JOIN hub_order AS orders ON orders.resync_id = relevant.id
WHERE coalesce(orders.school_year = relevant.school_year, true)
    AND (NOT %(all_of_it)s OR orders.object = ANY(%(objects)s::text[]))
ORDER BY relevant.district_id, orders.object, relevant.id DESC
