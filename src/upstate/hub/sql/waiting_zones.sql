-- The zones and years with a resync or a verification that has not ended, the one that waits longest first.
SELECT zone_id, school_year
FROM (
    SELECT zone_id, school_year, placed_at FROM hub_resync WHERE state IN ('queued', 'running')
    UNION ALL
    SELECT zone_id, school_year, placed_at FROM hub_verification WHERE state IN ('queued', 'running')
) AS waiting
GROUP BY zone_id, school_year
ORDER BY min(placed_at)
