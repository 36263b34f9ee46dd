-- Take the next order of a resync for reading. The epoch it gains fences whoever held the order before; the order of
-- another reader is taken only when its lease has run out or was released. A claim that is repeated, as its answer was
-- lost, shows its ticket again and is answered with the same order as before. With it comes what decides how to read it:
-- what the object was judged by when it last landed for the zone and year, and how many records were met and rejected. It
-- need not be durable by itself: it is before anyone hears of it, as how it is read is settled first.
WITH claimed AS (
    UPDATE hub_order
    SET state = 'reading',
        epoch = epoch + CASE WHEN state = 'reading' AND reader = %(reader)s AND ticket = %(ticket)s THEN 0 ELSE 1 END,
        started_at = coalesce(started_at, now()),
        lease_until = now() + %(lease)s,
        reader = %(reader)s,
        ticket = %(ticket)s
    WHERE id = (
        SELECT id
        FROM hub_order
        WHERE resync_id = %(resync)s
            AND (
                state = 'waiting'
                OR (state = 'reading' AND coalesce(lease_until < now(), true))
                OR (state = 'reading' AND reader = %(reader)s AND ticket = %(ticket)s)
            )
        ORDER BY coalesce(state = 'reading' AND reader = %(reader)s AND ticket = %(ticket)s, false) DESC, position
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *
)
SELECT
    claimed.id,
    claimed.resync_id,
    claimed.object,
    claimed.school_year,
    claimed.epoch,
    claimed.everything,
    zone.district_id,
    zone.edition,
    resync.school_year AS resync_year,
    landed.fingerprint,
    landed.records,
    landed.rejected,
    claimed.selective
FROM claimed
JOIN hub_resync AS resync ON resync.id = claimed.resync_id
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
        AND earlier.object = claimed.object
        AND earlier.school_year IS NOT DISTINCT FROM claimed.school_year
        AND earlier.state = 'landed'
        AND run.mode IN ('full', 'partial')
    ORDER BY earlier.id DESC
    LIMIT 1
) AS landed ON true
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
