-- Resyncs that have not ended, are next in their zone and year, and of which nothing has moved for so many minutes.
SELECT resync.id, zone.district_id, resync.state, (extract(epoch FROM now() - moved.at) / 60)::integer
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
CROSS JOIN LATERAL (
    SELECT
        greatest(
            resync.placed_at,
            resync.started_at,
            max(greatest(orders.started_at, orders.delivered_at, orders.finished_at, orders.lease_until - interval '10 minutes'))
        ) AS at
    FROM hub_order AS orders
    WHERE orders.resync_id = resync.id
) AS moved
WHERE resync.state IN ('queued', 'running')
    AND moved.at < now() - make_interval(mins => %(minutes)s)
    AND NOT EXISTS (
        SELECT 1
        FROM hub_resync AS earlier
        WHERE earlier.zone_id = resync.zone_id
            AND earlier.school_year = resync.school_year
            AND earlier.id < resync.id
            AND earlier.state IN ('queued', 'running')
    )
ORDER BY moved.at
