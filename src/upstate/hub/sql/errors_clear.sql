-- Take the open rejections of a record, and of what it holds back, off the lists.
WITH meant AS (
    SELECT id
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND object = %(object)s::text
        AND school_year IS NULL
        AND key = %(key)s::text[]
    UNION
    SELECT id
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND object = %(object)s::text
        AND school_year = ANY(%(years)s::integer[])
        AND key = %(key)s::text[]
    UNION
    SELECT id
    FROM hub_rejection
    WHERE district_id = %(district)s
        AND root_object = %(object)s::text
        AND root_key = %(key)s::text[]
        AND resolved_at IS NULL
        AND cleared_at IS NULL
        AND verdict <> 'failed'
),
cleared AS (
    UPDATE hub_rejection
    SET cleared_at = now(), cleared_by_id = %(person)s
    FROM meant
    WHERE hub_rejection.id = meant.id
        AND hub_rejection.district_id = %(district)s
        AND hub_rejection.resolved_at IS NULL
        AND hub_rejection.cleared_at IS NULL
    RETURNING object
)
SELECT object, count(*)
FROM cleared
GROUP BY object
