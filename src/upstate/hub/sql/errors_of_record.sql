-- Every rejection there ever was of a record, whichever of the known school years it was for.
SELECT held.*, person.name AS cleared_by
FROM unnest(%(objects)s::text[]) AS known (object)
CROSS JOIN LATERAL (
    SELECT *
    FROM hub_rejection
    WHERE district_id = %(district)s AND object = known.object AND school_year IS NULL AND key = %(key)s::text[]
    UNION ALL
    SELECT *
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND object = known.object
        AND school_year = ANY(%(years)s::integer[])
        AND key = %(key)s::text[]
) AS held
LEFT JOIN hub_person AS person ON person.id = held.cleared_by_id
WHERE {narrowed}
ORDER BY held.resolved_at IS NOT NULL, held.object, held.first_seen_at DESC, held.id
LIMIT %(most)s
