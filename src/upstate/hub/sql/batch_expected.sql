-- Of each of these objects its newest landed order of a zone that is not of another school year, before a given resync
-- where one is given: how many records it had, and how long its resync took over it. As objects land one after the
-- other, that is from the end of the one before, or its own start where that is later, to its own end; these shares add
-- up to the run. What landed since the newest full resync is met first; only the rest is looked for further back.
WITH runs AS (
    SELECT id, school_year = %(school_year)s AND mode = 'full' AND finished_at IS NOT NULL AS is_whole
    FROM hub_resync
    WHERE zone_id = %(zone)s AND mode IN ('full', 'partial') AND coalesce(id < %(before)s::bigint, true)
),
whole AS (
    SELECT coalesce(max(id), 0) AS id
    FROM runs
    WHERE is_whole
),
recent AS (
    SELECT object, max(resync_id) AS resync_id
    FROM hub_order
    WHERE resync_id = ANY(ARRAY(SELECT id FROM runs WHERE id >= (SELECT id FROM whole)))
        AND state = 'landed'
        AND object = ANY(%(objects)s::text[])
        AND coalesce(school_year = %(school_year)s, true)
    GROUP BY object
),
newest AS (
    SELECT object, resync_id
    FROM recent
    UNION ALL
    SELECT object, max(resync_id)
    FROM hub_order
    WHERE resync_id = ANY(ARRAY(SELECT id FROM runs WHERE id < (SELECT id FROM whole)))
        AND state = 'landed'
        AND object = ANY(
            ARRAY(SELECT wanted FROM unnest(%(objects)s::text[]) AS wanted WHERE wanted NOT IN (SELECT object FROM recent))
        )
        AND coalesce(school_year = %(school_year)s, true)
    GROUP BY object
),
shared AS (
    SELECT
        resync_id,
        object,
        created + updated + unchanged + failed + blocked + excluded AS processed,
        extract(
            epoch FROM finished_at - greatest(
                started_at,
                max(finished_at) OVER (
                    PARTITION BY resync_id ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                )
            )
        )::float8 AS seconds
    FROM hub_order
    WHERE resync_id = ANY(ARRAY(SELECT resync_id FROM newest))
)
SELECT newest.object, shared.processed, greatest(shared.seconds, 0) AS seconds
FROM newest
JOIN shared ON (shared.resync_id, shared.object) = (newest.resync_id, newest.object)
