-- Every order of a resync, in the order they run, with its seconds so far.
SELECT
    object,
    state,
    message,
    records,
    created,
    updated,
    unchanged,
    deleted,
    failed,
    blocked,
    excluded,
    leftovers,
    coalesce(extract(epoch FROM coalesce(finished_at, now()) - started_at), 0)::float8 AS seconds
FROM hub_order
WHERE resync_id = %(resync)s
ORDER BY position
