-- What the open rejections of a district come to: a record counts once, whatever its reasons; it is held back when none
-- of them is its own. Only what a given resync saw, where one is given.
WITH open AS (
    SELECT object, school_year, key, records, verdict, root_object, root_key
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND resolved_at IS NULL
        AND cleared_at IS NULL
        AND coalesce(last_seen_id = %(resync)s::bigint, true)
),
problem AS (
    SELECT DISTINCT root_object, root_key
    FROM open
    WHERE verdict = 'blocked'
),
record AS (
    SELECT
        verdict,
        (object, key) IS DISTINCT FROM (root_object, root_key) AS held,
        max(records) AS records
    FROM open
    GROUP BY object, school_year, key, verdict, held
)
SELECT
    (SELECT count(*) FROM problem) AS problems,
    coalesce(sum(records) FILTER (WHERE verdict = 'blocked'), 0)::bigint AS held_back,
    coalesce(sum(records) FILTER (WHERE verdict = 'failed'), 0)::bigint AS failed,
    coalesce(sum(records) FILTER (WHERE verdict = 'excluded' AND NOT held), 0)::bigint AS kept_out,
    coalesce(sum(records) FILTER (WHERE verdict = 'excluded' AND held), 0)::bigint AS kept_out_with_them
FROM record
