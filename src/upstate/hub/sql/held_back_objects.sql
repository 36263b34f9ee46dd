-- Of which objects and years open rejections hang on records that a resync freed: it resolved every rejection those had.
WITH freed AS (
    SELECT DISTINCT freed.object, freed.key
    FROM hub_rejection AS freed
    WHERE freed.resolved_by_id = %(freed_by)s
        AND freed.resolved_at IS NOT NULL
        AND NOT EXISTS (
            SELECT 1
            FROM hub_rejection AS root
            WHERE root.district_id = %(district)s
                AND root.object = freed.object
                AND root.key = freed.key
                AND root.resolved_at IS NULL
        )
)
SELECT DISTINCT held.object, held.school_year
FROM freed
JOIN hub_rejection AS held ON (held.root_object, held.root_key) = (freed.object, freed.key)
WHERE held.district_id = %(district)s
    AND held.resolved_at IS NULL
    AND (held.object, held.key) IS DISTINCT FROM (held.root_object, held.root_key)
ORDER BY held.object, held.school_year
