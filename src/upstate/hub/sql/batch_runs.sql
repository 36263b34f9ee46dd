-- The resyncs of a zone and year that have not ended, in the order they run, and the newest resync and the newest
-- rehearsal that have; each with what came of its orders so far, and with the objects that wait in it for its turn.
WITH runs AS (
    (
        SELECT *
        FROM hub_resync
        WHERE zone_id = %(zone)s AND school_year = %(school_year)s AND state IN ('queued', 'running')
    )
    UNION ALL
    (
        SELECT *
        FROM hub_resync
        WHERE zone_id = %(zone)s
            AND school_year = %(school_year)s
            AND state IN ('finished', 'failed')
            AND mode IN ('full', 'partial')
        ORDER BY id DESC
        LIMIT 1
    )
    UNION ALL
    (
        SELECT *
        FROM hub_resync
        WHERE zone_id = %(zone)s
            AND school_year = %(school_year)s
            AND state IN ('finished', 'failed')
            AND mode = 'rehearsal'
        ORDER BY id DESC
        LIMIT 1
    )
)
SELECT
    runs.id,
    runs.state,
    runs.mode,
    runs.asked_by,
    runs.placed_at,
    runs.started_at,
    runs.finished_at,
    runs.hold,
    runs.held_by,
    now() AS now,
    total.*
FROM runs
CROSS JOIN LATERAL (
    SELECT
        count(*) AS objects,
        count(*) FILTER (WHERE state IN ('landed', 'failed')) AS settled,
        count(*) FILTER (WHERE state = 'failed') AS broken,
        coalesce(sum(records), 0)::bigint AS records,
        coalesce(sum(coalesce(district_records, CASE WHEN everything THEN records END)), 0)::bigint AS read,
        coalesce(sum(created + updated + unchanged + failed + blocked + excluded), 0)::bigint AS processed,
        coalesce(sum(failed + blocked + excluded), 0)::bigint AS errors,
        coalesce(
            array_agg(object) FILTER (WHERE runs.state = 'queued' AND runs.mode IN ('full', 'partial')), '{}'
        ) AS waiting
    FROM hub_order
    WHERE resync_id = runs.id
) AS total
ORDER BY runs.state <> 'running', runs.id
