-- A resync that has not ended, is next in its zone and year, and of which nothing has moved for so long (its turn come,
-- begun, delivered, landed), unless people were told since; kept from other workers until the commit.
SELECT resync.id, moved.at
FROM hub_resync AS resync
CROSS JOIN LATERAL (
    SELECT
        greatest(
            resync.placed_at,
            resync.started_at,
            (
                SELECT max(earlier.finished_at)
                FROM hub_resync AS earlier
                WHERE earlier.zone_id = resync.zone_id
                    AND earlier.school_year = resync.school_year
                    AND earlier.id < resync.id
            ),
            max(greatest(orders.started_at, orders.delivered_at, orders.finished_at, kept.at))
        ) AS at
    FROM hub_order AS orders
    LEFT JOIN LATERAL (SELECT max(received_at) AS at FROM hub_batch WHERE order_id = orders.id) AS kept ON true
    WHERE orders.resync_id = resync.id
) AS moved
WHERE resync.state IN ('queued', 'running')
    AND moved.at < now() - make_interval(mins => %(minutes)s)
    AND coalesce(resync.stall_told_at < moved.at, true)
    AND NOT EXISTS (
        SELECT 1
        FROM hub_resync AS earlier
        WHERE earlier.zone_id = resync.zone_id
            AND earlier.school_year = resync.school_year
            AND earlier.id < resync.id
            AND earlier.state IN ('queued', 'running')
    )
ORDER BY resync.id
LIMIT 1
FOR UPDATE OF resync SKIP LOCKED
