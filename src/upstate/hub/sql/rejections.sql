-- The open rejections of a district, of one object where one is named, what must be mended first.
SELECT
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
    last_seen_at
FROM hub_rejection
WHERE district_id = %(district)s
    AND resolved_at IS NULL
    AND cleared_at IS NULL
    AND coalesce(object = %(object)s::text, true)
ORDER BY array_position(ARRAY['failed', 'blocked', 'excluded'], verdict), object, reason, coalesce(school_year, 0), first_seen_at, id
LIMIT %(limit)s::bigint
