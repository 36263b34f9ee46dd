-- The keys of an object and year (null: of none) that have an open rejection in a district, one for each reason, with the
-- verdict; what is cleared off the lists is held back too.
SELECT
    key,
    verdict
FROM hub_rejection
WHERE district_id = %(district)s
    AND object = %(object)s
    AND school_year IS NOT DISTINCT FROM %(school_year)s::integer
    AND resolved_at IS NULL
LIMIT %(most)s
