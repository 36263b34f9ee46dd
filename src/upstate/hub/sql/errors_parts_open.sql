-- The parts of the list of open rejections, from the tally: verdict, object, reason and school year (0: none).
SELECT verdict, object, reason, coalesce(school_year, 0) AS year, sum(rejections)::bigint AS rejections
FROM hub_tally
WHERE district_id = %(district)s
    AND coalesce(last_seen_at >= %(last_since)s::timestamptz, true)
GROUP BY 1, 2, 3, 4
