-- What must be mended in a district, whatever holds back most first: the roots that its landings keep count of, then every
-- open rejection that is its own root and holds back nothing, what failed before what policy keeps out. Of some objects, or
-- of one verdict, where such are given. A root's school year is not known here: it is one of those that its object has open
-- rejections of. `id` is that of its own rejection, or of one that hangs on it.
WITH year AS MATERIALIZED (
    SELECT DISTINCT object, school_year
    FROM hub_tally
    WHERE district_id = %(district)s
)
(
    SELECT
        coalesce(own.id, hanging.id) AS id,
        root.object AS root_object,
        root.key AS root_key,
        root.reason AS root_reason,
        root.verdict,
        coalesce(own.message, '') AS message,
        coalesce(own.advice, '') AS advice,
        root.holds AS blocks,
        held.by_object
    FROM hub_root AS root
    LEFT JOIN LATERAL (
        SELECT known.id, known.message, known.advice
        FROM year
        JOIN hub_rejection AS known
            ON known.district_id = %(district)s
            AND (known.object, known.key, known.reason) = (root.object, root.key, root.reason)
            AND known.school_year IS NOT DISTINCT FROM year.school_year
        WHERE year.object = root.object AND known.resolved_at IS NULL AND known.cleared_at IS NULL
        ORDER BY known."column"
        LIMIT 1
    ) AS own ON true
    LEFT JOIN LATERAL (
        SELECT known.id
        FROM hub_rejection AS known
        WHERE known.district_id = %(district)s
            AND (known.root_object, known.root_key) = (root.object, root.key)
            AND known.resolved_at IS NULL
            AND known.cleared_at IS NULL
            AND known.verdict <> 'failed'
        ORDER BY known.object, known.id
        LIMIT 1
    ) AS hanging ON own.id IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(hold.object, hold.records), '{}'::jsonb) AS by_object
        FROM (
            SELECT object, sum(records)::bigint AS records
            FROM hub_hold
            WHERE district_id = %(district)s
                AND (root_object, root_key) = (root.object, root.key)
                AND (root_reason, verdict) = (root.reason, root.verdict)
            GROUP BY object
        ) AS hold
    ) AS held
    WHERE root.district_id = %(district)s
        AND coalesce(root.object = ANY(%(objects)s::text[]), true)
        AND coalesce(root.verdict = %(verdict)s::text, true)
    ORDER BY root.holds DESC, root.object, root.reason, root.key
    LIMIT %(limit)s::bigint
)
UNION ALL
(
    SELECT id, object, key, reason, verdict, message, advice, 0, '{}'::jsonb
    FROM hub_rejection AS own
    WHERE district_id = %(district)s
        AND verdict IN ('failed', 'excluded')
        AND coalesce(verdict = %(verdict)s::text, true)
        AND coalesce(object = ANY(%(objects)s::text[]), true)
        AND resolved_at IS NULL
        AND cleared_at IS NULL
        AND (object, key, reason) = (root_object, root_key, root_reason)
        AND NOT EXISTS (
            SELECT FROM hub_root AS root
            WHERE root.district_id = %(district)s
                AND (root.object, root.key) = (own.object, own.key)
                AND (root.reason, root.verdict) = (own.reason, own.verdict)
        )
        AND NOT EXISTS (
            SELECT FROM hub_rejection AS other
            WHERE other.district_id = %(district)s
                AND other.object = own.object
                AND other.school_year IS NOT DISTINCT FROM own.school_year
                AND (other.key, other.reason) = (own.key, own.reason)
                AND other."column" < own."column"
                AND other.resolved_at IS NULL
                AND other.cleared_at IS NULL
        )
    ORDER BY verdict DESC, object, reason, coalesce(school_year, 0), first_seen_at, id
    LIMIT %(limit)s::bigint
)
LIMIT %(limit)s::bigint
