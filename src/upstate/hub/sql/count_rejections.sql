-- How many rejections of a district are open, of one object where one is named.
SELECT count(*)
FROM hub_rejection
WHERE district_id = %(district)s
    AND resolved_at IS NULL
    AND cleared_at IS NULL
    AND coalesce(object = %(object)s::text, true)
