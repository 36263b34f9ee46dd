-- For each of these districts and each object it sent: how its newest order stands, for the zone's scoped year. Looks
-- back to the newest full resync of that year, where there is one; `bounded` says of a district whether there is.
--
-- OFFSET 0 keeps each step to the index by zone, then to that by resync: joined freely, the whole history is read.
WITH whole AS MATERIALIZED (
    SELECT zone.id AS zone, zone.district_id, zone.school_year, newest.id AS resync
    FROM hub_zone AS zone
    LEFT JOIN LATERAL (
        SELECT id
        FROM hub_resync
        WHERE zone_id = zone.id AND school_year = zone.school_year AND mode = 'full'
        ORDER BY id DESC
        LIMIT 1
    ) AS newest ON true
    WHERE zone.district_id = ANY(%(districts)s)
),
relevant AS MATERIALIZED (
    SELECT whole.district_id, whole.school_year, whole.resync IS NOT NULL AS bounded, resync.id
    FROM whole
    CROSS JOIN LATERAL (
        SELECT id
        FROM hub_resync
        WHERE zone_id = whole.zone AND id >= coalesce(whole.resync, 0) AND mode IN ('full', 'partial')
        OFFSET 0
    ) AS resync
)
SELECT DISTINCT ON (relevant.district_id, orders.object)
    relevant.district_id,
    orders.object,
    orders.state,
    orders.created + orders.updated + orders.unchanged AS landed,
    orders.failed + orders.blocked + orders.excluded AS errors,
    relevant.bounded
FROM relevant
CROSS JOIN LATERAL (
    SELECT object, state, created, updated, unchanged, failed, blocked, excluded
    FROM hub_order
    WHERE resync_id = relevant.id AND coalesce(school_year = relevant.school_year, true)
    OFFSET 0
) AS orders
ORDER BY relevant.district_id, orders.object, relevant.id DESC
