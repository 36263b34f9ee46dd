-- Of each district with a resync that has not ended: how many of its orders wait, are being read, and wait to land.
SELECT
    zone.district_id,
    count(*) FILTER (WHERE orders.state = 'waiting') AS waiting,
    count(*) FILTER (WHERE orders.state = 'reading') AS reading,
    count(*) FILTER (WHERE orders.state = 'delivered') AS delivered
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_order AS orders ON orders.resync_id = resync.id
WHERE resync.state IN ('queued', 'running') AND zone.district_id = ANY(%(districts)s)
GROUP BY zone.district_id
