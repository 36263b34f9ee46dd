-- What holds a resync back, if anything, and how many of its orders are not settled.
SELECT
    resync.hold,
    (
        SELECT count(*)
        FROM hub_order AS orders
        WHERE orders.resync_id = resync.id AND orders.state NOT IN ('landed', 'failed')
    ) AS unsettled
FROM hub_resync AS resync
WHERE resync.id = %(resync)s
