-- A resync whose leftovers are to be removed, once, and only when nothing of it is under way any more: its district, its
-- orders as they landed, and how many did not. Taken until the transaction ends; who comes late finds nothing.
WITH taken AS (
    SELECT resync.id, zone.district_id
    FROM hub_resync AS resync
    JOIN hub_zone AS zone ON zone.id = resync.zone_id
    WHERE resync.id = %(resync)s
        AND resync.remove_leftovers
        AND resync.leftovers_settled_at IS NULL
        AND resync.state = 'running'
        AND resync.hold <> 'cancelled'
        AND resync.mode IN ('full', 'partial')
    FOR NO KEY UPDATE OF resync
)
SELECT
    taken.district_id,
    array_agg(orders.object ORDER BY orders.position) AS objects,
    array_agg(orders.school_year ORDER BY orders.position) AS years,
    count(*) FILTER (WHERE orders.state = 'failed') AS failed
FROM taken
JOIN hub_order AS orders ON orders.resync_id = taken.id
GROUP BY taken.district_id
HAVING bool_and(orders.state IN ('landed', 'failed'))
