-- The oldest running resync of a district with an order to hand out, or this one of them if it has; for an agent of the
-- district's own. What is paused or cancelled hands out nothing.
SELECT resync.id
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_source AS source ON source.district_id = zone.district_id
WHERE zone.district_id = %(district)s
    AND source.url = ''
    AND resync.state = 'running'
    AND resync.hold = ''
    AND coalesce(resync.id = %(resync)s::bigint, true)
    AND EXISTS (
        SELECT
        FROM hub_order AS orders
        WHERE orders.resync_id = resync.id
            AND (orders.state = 'waiting' OR (orders.state = 'reading' AND coalesce(orders.lease_until < now(), true)))
    )
ORDER BY resync.id
LIMIT 1
