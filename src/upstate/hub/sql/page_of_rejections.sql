-- A page of the rejections of a district, of one standing and one verdict, in the order of their index, after a row.
-- A condition whose value is null falls away before the statement is planned, so that the index serves any of them.
SELECT
    id,
    object,
    key,
    school_year,
    verdict,
    reason,
    "column",
    records,
    message,
    advice,
    root_object,
    root_key,
    root_reason,
    first_seen_at,
    last_seen_at,
    resolved_at,
    resolved_by_id
FROM hub_rejection
WHERE district_id = %(district)s
    AND verdict = %(verdict)s
    AND (
        %(standing)s = 'open' AND resolved_at IS NULL AND cleared_at IS NULL
        OR %(standing)s = 'cleared' AND resolved_at IS NULL AND cleared_at IS NOT NULL
        OR %(standing)s = 'resolved' AND resolved_at IS NOT NULL
    )
    AND (%(object)s::text IS NULL OR object = %(object)s)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(root_object)s::text IS NULL OR root_object = %(root_object)s)
    AND (%(root_key)s::text IS NULL OR array_to_string(root_key, '|', '') = %(root_key)s)
    AND (%(seen_since)s::timestamptz IS NULL OR last_seen_at >= %(seen_since)s)
    AND (
        %(after_id)s::bigint IS NULL
        OR (object, reason, coalesce(school_year, 0), first_seen_at, id)
            > (%(after_object)s, %(after_reason)s, %(after_year)s::integer, %(after_seen)s::timestamptz, %(after_id)s)
    )
ORDER BY object, reason, coalesce(school_year, 0), first_seen_at, id
LIMIT %(limit)s
