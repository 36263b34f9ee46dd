-- An order, if it is this district's, and the district is read by an agent of its own.
SELECT orders.resync_id, orders.object, orders.school_year, orders.everything, orders.selective
FROM hub_order AS orders
JOIN hub_resync AS resync ON resync.id = orders.resync_id
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_source AS source ON source.district_id = zone.district_id
WHERE orders.id = %(order)s AND zone.district_id = %(district)s AND source.url = ''
