-- So many rows of an object were removed: they are left over no more. The district's counter of deleted records goes along.
WITH removed AS (
    UPDATE hub_order
    SET deleted = deleted + %(rows)s, leftovers = greatest(leftovers - %(rows)s, 0)
    WHERE resync_id = %(resync)s AND object = %(object)s
)
INSERT INTO hub_counter (district_id, name, label, value)
SELECT zone.district_id, 'records', 'deleted', %(rows)s
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
WHERE resync.id = %(resync)s AND resync.mode <> 'rehearsal'
ON CONFLICT (district_id, name, label) DO UPDATE SET value = hub_counter.value + excluded.value
