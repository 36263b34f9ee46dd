-- For each object the newest order of a district that is not of another school year than its zone's.
SELECT DISTINCT ON (history.object)
    history.object,
    history.started,
    history.created,
    history.updated,
    history.unchanged,
    history.deleted,
    history.failed,
    history.blocked,
    history.excluded,
    history.leftovers,
    history.state,
    history.message
FROM dis_batch_history AS history
JOIN hub_order AS orders ON orders.resync_id = history.resync AND orders.object = history.object
WHERE history.district = %(district)s AND history.mode IN ('full', 'partial') AND coalesce(orders.school_year = %(school_year)s, true)
ORDER BY history.object, history.resync DESC
