-- What decides how an order of a resync is read, or each that waits: what the object was judged by when it last landed for the
-- zone and year, and how many records were met and rejected.
SELECT
    this.id,
    this.resync_id,
    this.object,
    this.school_year,
    this.epoch,
    this.everything,
    zone.district_id,
    zone.edition,
    resync.school_year AS resync_year,
    landed.fingerprint,
    landed.records,
    landed.rejected,
    this.selective
FROM hub_order AS this
JOIN hub_resync AS resync ON resync.id = this.resync_id
JOIN hub_zone AS zone ON zone.id = resync.zone_id
LEFT JOIN LATERAL (
    SELECT
        earlier.fingerprint,
        earlier.created + earlier.updated + earlier.unchanged
            + earlier.failed + earlier.blocked + earlier.excluded AS records,
        earlier.failed + earlier.blocked + earlier.excluded AS rejected
    FROM hub_order AS earlier
    JOIN hub_resync AS run ON run.id = earlier.resync_id
    WHERE run.zone_id = zone.id
        AND earlier.object = this.object
        AND earlier.school_year IS NOT DISTINCT FROM this.school_year
        AND earlier.state = 'landed'
        AND run.mode IN ('full', 'partial')
    ORDER BY earlier.id DESC
    LIMIT 1
) AS landed ON true
WHERE this.resync_id = %(resync)s AND (this.id = %(order)s::bigint OR (%(order)s::bigint IS NULL AND this.state = 'waiting'))
ORDER BY this.position
