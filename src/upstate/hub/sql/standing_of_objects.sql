-- For each of these districts and each of these objects it ever sent: how its newest order stands, for the zone's scoped
-- year, however long ago that was. For what the newest full resync did not have; see standing_of_districts.sql.
SELECT DISTINCT ON (zone.district_id, orders.object)
    zone.district_id,
    orders.object,
    orders.state,
    orders.created + orders.updated + orders.unchanged AS landed,
    orders.failed + orders.blocked + orders.excluded AS errors,
    true AS bounded
FROM hub_order AS orders
JOIN hub_resync AS resync ON resync.id = orders.resync_id AND resync.mode IN ('full', 'partial')
JOIN hub_zone AS zone ON zone.id = resync.zone_id
WHERE zone.district_id = ANY(%(districts)s)
    AND orders.object = ANY(%(objects)s::text[])
    AND coalesce(orders.school_year = zone.school_year, true)
ORDER BY zone.district_id, orders.object, resync.id DESC
