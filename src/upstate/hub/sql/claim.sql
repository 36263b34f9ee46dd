-- Take the next order of a resync for reading. The epoch it gains fences whoever held the order before; the order of
-- another reader is taken only when its lease has run out or was released. A claim that is repeated, as its answer was
-- lost, shows its ticket again and is answered with the same order as before. It need not be durable by itself: it is before
-- anyone hears of it, as how it is read is settled first.
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
    RETURNING id
)
SELECT claimed.id
FROM claimed
CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
