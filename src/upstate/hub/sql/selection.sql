-- What a resync is limited to: the records that were asked for, or (no object) those that the resync before it freed.
SELECT
    resync.school_year,
    resync.objects,
    resync.follows_id,
    selection.object,
    selection.asked,
    selection.by_id,
    selection.parents,
    selection.dependents
FROM hub_resync AS resync
LEFT JOIN hub_selection AS selection ON selection.resync_id = resync.id
WHERE resync.id = %(resync)s
