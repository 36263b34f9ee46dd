-- The zones and years in which a worker has something to do, the one that waits longest first: a verification that has
-- not ended, or a resync. One that is paused waits; one that a district's own agent reads waits until that has delivered
-- what lands next, or everything is settled, or, of a rehearsal, everything is delivered. Where there is nothing to do
-- but to set such an agent going, that is said.
SELECT zone_id, school_year, bool_and(to_begin) AS to_begin
FROM (
    SELECT
        resync.zone_id,
        resync.school_year,
        resync.placed_at,
        source.url = '' AND resync.hold = '' AND (resync.state = 'queued' OR resync.started_at IS NULL) AS to_begin
    FROM hub_resync AS resync
    JOIN hub_zone AS zone ON zone.id = resync.zone_id
    JOIN hub_source AS source ON source.district_id = zone.district_id
    LEFT JOIN LATERAL (
        SELECT orders.state AS first
        FROM hub_order AS orders
        WHERE orders.resync_id = resync.id AND orders.state IN ('waiting', 'reading', 'delivered')
        ORDER BY orders.position
        LIMIT 1
    ) AS standing ON source.url = '' AND resync.state = 'running'
    WHERE resync.state IN ('queued', 'running')
        AND (
            resync.hold = 'cancelled'
            OR (
                resync.hold = ''
                AND CASE
                    WHEN source.url <> '' THEN true
                    WHEN resync.state = 'running' THEN
                        resync.started_at IS NULL
                        OR standing.first IS NULL
                        OR (
                            standing.first = 'delivered'
                            AND NOT (
                                resync.mode = 'rehearsal'
                                AND EXISTS (
                                    SELECT
                                    FROM hub_order AS unread
                                    WHERE unread.resync_id = resync.id AND unread.state IN ('waiting', 'reading')
                                )
                            )
                        )
                    ELSE NOT EXISTS (
                        SELECT
                        FROM hub_resync AS earlier
                        WHERE earlier.zone_id = resync.zone_id
                            AND earlier.school_year = resync.school_year
                            AND (earlier.state = 'running' OR (earlier.state = 'queued' AND earlier.id < resync.id))
                    )
                END
            )
        )
    UNION ALL
    SELECT zone_id, school_year, placed_at, false AS to_begin FROM hub_verification WHERE state IN ('queued', 'running')
) AS waiting
GROUP BY zone_id, school_year
ORDER BY min(placed_at)
