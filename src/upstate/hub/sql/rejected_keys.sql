-- The keys of an object and year (null: of none) that have an open rejection in a district; cleared ones are held back too.
SELECT DISTINCT key
FROM hub_rejection
WHERE district_id = %(district)s
    AND object = %(object)s
    AND school_year IS NOT DISTINCT FROM %(school_year)s::integer
    AND resolved_at IS NULL
LIMIT %(most)s
