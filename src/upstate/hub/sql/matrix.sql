-- For each of these districts and each object it ever sent: how its newest order stands, for the zone's scoped year.
SELECT DISTINCT ON (zone.district_id, orders.object)
    zone.district_id,
    orders.object,
    CASE
        WHEN orders.state = 'failed' THEN 'red'
        WHEN orders.state <> 'landed' THEN 'gray'
        WHEN orders.failed + orders.blocked + orders.excluded = 0 THEN 'green'
        WHEN (orders.failed + orders.blocked + orders.excluded) * 100
            <= orders.created + orders.updated + orders.unchanged + orders.failed + orders.blocked + orders.excluded
            THEN 'yellow'
        ELSE 'red'
    END AS status
FROM hub_zone AS zone
JOIN hub_resync AS resync ON resync.zone_id = zone.id
JOIN hub_order AS orders ON orders.resync_id = resync.id
WHERE zone.district_id = ANY(%(districts)s) AND coalesce(orders.school_year = zone.school_year, true)
ORDER BY zone.district_id, orders.object, resync.id DESC
