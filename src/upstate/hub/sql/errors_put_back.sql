-- Put the cleared rejections of a record, and of what it holds back, on the lists again.
WITH back AS (
    UPDATE hub_rejection
    SET cleared_at = NULL, cleared_by_id = NULL
    WHERE district_id = %(district)s
        AND resolved_at IS NULL
        AND cleared_at IS NOT NULL
        AND ((object = %(object)s::text AND key = %(key)s::text[])
            OR (root_object = %(object)s::text AND root_key = %(key)s::text[]))
    RETURNING object
)
SELECT object, count(*) FROM back GROUP BY object
