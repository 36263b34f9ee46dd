-- The keys of an object and year whose open rejections hang on records that a resync freed: it resolved every rejection
-- those had. What is cleared off the lists is held back all the same.
SELECT DISTINCT held.key
FROM hub_rejection AS held
WHERE held.district_id = %(district)s
    AND held.object = %(object)s
    AND held.school_year IS NOT DISTINCT FROM %(school_year)s::integer
    AND held.resolved_at IS NULL
    AND (held.object, held.key) IS DISTINCT FROM (held.root_object, held.root_key)
    AND (held.root_object, held.root_key) IN (
        SELECT freed.object, freed.key
        FROM hub_rejection AS freed
        WHERE freed.resolved_by_id = %(freed_by)s AND freed.resolved_at IS NOT NULL AND freed.district_id = %(district)s
    )
    AND NOT EXISTS (
        SELECT 1
        FROM hub_rejection AS root
        WHERE root.district_id = %(district)s
            AND root.object = held.root_object
            AND root.key = held.root_key
            AND root.resolved_at IS NULL
    )
ORDER BY held.key
