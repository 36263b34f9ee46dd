-- Whether more may be kept of an order: while its district keeps less than the limit, and always of the first order of a
-- resync that is not settled, as everything else waits for it, and of a rehearsal, which lands only when all is kept.
SELECT
    (
        SELECT coalesce(sum(octet_length(batch.payload)), 0)
        FROM hub_batch AS batch
        JOIN hub_order AS orders ON orders.id = batch.order_id
        JOIN hub_resync AS resync ON resync.id = orders.resync_id
        JOIN hub_zone AS zone ON zone.id = resync.zone_id
        WHERE zone.district_id = %(district)s
    ) < %(most)s
    OR this.id = (
        SELECT first.id
        FROM hub_order AS first
        WHERE first.resync_id = this.resync_id AND first.state NOT IN ('landed', 'failed')
        ORDER BY first.position
        LIMIT 1
    )
    OR resync.mode = 'rehearsal' AS has_room
FROM hub_order AS this
JOIN hub_resync AS resync ON resync.id = this.resync_id
WHERE this.id = %(order)s
