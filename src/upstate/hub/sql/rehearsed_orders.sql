-- The orders of a rehearsal that is to remove leftovers too, in the order they landed; none of any other.
SELECT orders.object, orders.school_year, orders.state
FROM hub_order AS orders
JOIN hub_resync AS resync ON resync.id = orders.resync_id
WHERE resync.id = %(resync)s AND resync.remove_leftovers
ORDER BY orders.position
