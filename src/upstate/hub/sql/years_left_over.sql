-- The school years of which an object has leftovers, the newest first; null stands for no year.
SELECT DISTINCT school_year
FROM hub_leftover
WHERE district_id = %(district)s AND object = %(object)s
ORDER BY school_year DESC
