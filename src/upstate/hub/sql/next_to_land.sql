-- The next order to land is the first of its resync that is not settled, once it is delivered. That nothing lands ahead
-- of it is held by loading itself, when it takes the order. Where `large` is given, it is the first of so many records
-- that comes after `order` instead, and was sent whole, if all that comes before it is delivered: what may be filled in
-- before its turn.
SELECT
    next.id,
    next.resync_id,
    next.object,
    next.school_year,
    next.epoch,
    resync.school_year AS resync_year,
    zone.district_id,
    zone.edition,
    next.everything,
    coalesce(next.district_records, 0) AS district_records,
    next.gone,
    next.selective,
    coalesce(next.clear, '{}') AS clear,
    coalesce(next.fingerprint = nullif(landed.fingerprint, ''), false) AS judged_alike
FROM (
    SELECT *
    FROM hub_order AS this
    WHERE this.resync_id = %(resync)s AND this.state NOT IN ('landed', 'failed')
        AND (
            %(large)s::bigint IS NULL
            OR (
                this.id <> %(order)s AND this.records >= %(large)s AND this.everything AND NOT this.selective
                AND NOT EXISTS (
                    SELECT FROM hub_order AS earlier
                    WHERE earlier.resync_id = this.resync_id AND earlier.position < this.position
                        AND earlier.state NOT IN ('delivered', 'landed', 'failed')
                )
            )
        )
    ORDER BY this.position
    LIMIT 1
) AS next
JOIN hub_resync AS resync ON resync.id = next.resync_id
JOIN hub_zone AS zone ON zone.id = resync.zone_id
LEFT JOIN LATERAL (
    SELECT earlier.fingerprint
    FROM hub_order AS earlier
    JOIN hub_resync AS run ON run.id = earlier.resync_id
    WHERE run.zone_id = zone.id
        AND earlier.object = next.object
        AND earlier.school_year IS NOT DISTINCT FROM next.school_year
        AND earlier.state = 'landed'
        AND run.mode IN ('full', 'partial')
    ORDER BY earlier.id DESC
    LIMIT 1
) AS landed ON true
WHERE next.state = 'delivered'
