-- What is left over of each object of a district, in keys: how many, since when, and why those stay that were to go.
SELECT
    object,
    school_year,
    count(*) AS leftovers,
    min(first_seen_at) AS since,
    max(last_seen_id) AS resync,
    count(*) FILTER (WHERE kept = 'needed') AS needed,
    count(*) FILTER (WHERE kept = 'state_owned') AS state_owned,
    count(*) FILTER (WHERE kept = 'held') AS held
FROM hub_leftover
WHERE district_id = %(district)s
GROUP BY object, school_year
ORDER BY object, school_year
