-- The districts of which a running resync that is not held back has an order that an agent may be given, or has already.
SELECT DISTINCT zone.district_id
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
WHERE resync.state = 'running'
    AND resync.hold = ''
    AND EXISTS (
        SELECT FROM hub_order AS orders WHERE orders.resync_id = resync.id AND orders.state IN ('waiting', 'reading')
    )
