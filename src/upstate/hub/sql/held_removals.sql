-- Removals of a district that are held or were, those that wait first, then the newest; of one resync, or one of them, where
-- that is asked for.
SELECT
    held.id,
    held.resync_id,
    held.object,
    held.school_year,
    held.rows,
    held.rows_before,
    array_to_string(held.school, '|') AS school,
    held.school_rows,
    held.school_rows_before,
    held.state,
    held.held_at,
    resync.asked_by,
    held.decided_at,
    held.decided_by_name,
    held.reason,
    held.removed
FROM hub_held_removal AS held
JOIN hub_resync AS resync ON resync.id = held.resync_id
WHERE held.district_id = %(district)s
    AND coalesce(held.resync_id = %(resync)s::bigint, held.state <> 'rehearsed')
    AND coalesce(held.id = %(number)s::bigint, true)
ORDER BY held.state <> 'waiting', held.id DESC
LIMIT 200
