-- What came of removing a resync's leftovers, once that is done; no row where it was not asked for or is not done yet.
SELECT (SELECT sum(deleted)::bigint FROM hub_order WHERE resync_id = resync.id) AS removed, resync.leftovers_message
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
WHERE resync.id = %(resync)s
    AND zone.district_id = %(district)s
    AND resync.remove_leftovers
    AND resync.leftovers_settled_at IS NOT NULL
