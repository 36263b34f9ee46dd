-- The oldest running resync of a district with an order to hand out, or this one of them if it has; for an agent of the
-- district's own. What is paused or cancelled hands out nothing. Before all others comes the one of which an order was
-- handed out for this very claim, whose answer was lost.
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
            AND (
                orders.state = 'waiting'
                OR (orders.state = 'reading' AND coalesce(orders.lease_until < now(), true))
                OR (orders.state = 'reading' AND orders.reader = %(reader)s AND orders.ticket = %(ticket)s)
            )
    )
ORDER BY
    EXISTS (
        SELECT
        FROM hub_order AS mine
        WHERE mine.resync_id = resync.id
            AND mine.state = 'reading'
            AND mine.reader = %(reader)s
            AND mine.ticket = %(ticket)s
    ) DESC,
    resync.id
LIMIT 1
