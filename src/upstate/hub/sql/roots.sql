-- The open rejections of a district by their root, whatever holds back most first: the root's own words, how many other
-- records it holds back (a record with several reasons counts once), and how many of each object. Only what a given
-- resync saw, where one is given.
WITH open AS (
    SELECT id, object, school_year, key, reason, records, root_object, root_key, root_reason
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND resolved_at IS NULL
        AND cleared_at IS NULL
        AND coalesce(last_seen_id = %(resync)s::bigint, true)
),
held AS (
    SELECT root_object, root_key, root_reason, object, school_year, key, max(records) AS records
    FROM open
    WHERE (object, key) IS DISTINCT FROM (root_object, root_key)
    GROUP BY root_object, root_key, root_reason, object, school_year, key
),
held_by_object AS (
    SELECT root_object, root_key, root_reason, object, sum(records)::bigint AS records
    FROM held
    GROUP BY root_object, root_key, root_reason, object
),
blocks AS (
    SELECT
        root_object,
        root_key,
        root_reason,
        sum(records)::bigint AS records,
        jsonb_object_agg(object, records) AS by_object
    FROM held_by_object
    GROUP BY root_object, root_key, root_reason
),
own AS (
    SELECT DISTINCT ON (object, key, reason) id, object, key, reason, verdict, message, advice
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND resolved_at IS NULL
        AND cleared_at IS NULL
        AND (object, key, reason) = (root_object, root_key, root_reason)
    ORDER BY object, key, reason, "column"
),
root AS (
    SELECT root_object, root_key, root_reason, min(id) AS any_id
    FROM open
    WHERE coalesce(root_object = %(object)s::text, true)
    GROUP BY root_object, root_key, root_reason
)
SELECT
    coalesce(own.id, root.any_id) AS id,
    root.root_object,
    root.root_key,
    root.root_reason,
    coalesce(own.verdict, '') AS verdict,
    coalesce(own.message, '') AS message,
    coalesce(own.advice, '') AS advice,
    coalesce(blocks.records, 0) AS blocks,
    coalesce(blocks.by_object, '{}'::jsonb) AS by_object
FROM root
LEFT JOIN own
    ON (own.object, own.key, own.reason) = (root.root_object, root.root_key, root.root_reason)
LEFT JOIN blocks USING (root_object, root_key, root_reason)
WHERE coalesce(own.verdict = %(verdict)s::text, true)
ORDER BY blocks DESC, root.root_object, root.root_reason, root.root_key
LIMIT %(limit)s::bigint
