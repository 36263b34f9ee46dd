-- The zones and years with a resync that has not ended, the one that waits longest first.
SELECT zone_id, school_year
FROM hub_resync
WHERE state IN ('queued', 'running')
GROUP BY zone_id, school_year
ORDER BY min(id)
