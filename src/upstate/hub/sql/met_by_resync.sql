-- The open rejections, of some objects, that a resync was the last to meet; what must be mended comes first.
SELECT object, school_year, key, verdict, reason, "column", message, advice, root_object, root_key
FROM hub_rejection
WHERE district_id = %(district)s
    AND object = ANY(%(objects)s::text[])
    AND verdict IN ('failed', 'blocked', 'excluded')
    AND resolved_at IS NULL
    AND cleared_at IS NULL
    AND last_seen_id = %(resync)s::bigint
ORDER BY array_position(ARRAY['failed', 'blocked', 'excluded'], verdict), object, reason, key
LIMIT %(most)s
