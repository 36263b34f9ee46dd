-- The parts of a list of rejections that nobody counts: from one to the next with one look at its index each.
WITH RECURSIVE part (verdict, object, reason, year) AS (
    (
        SELECT verdict, object, reason, coalesce(school_year, 0)
        FROM hub_rejection AS held
        WHERE district_id = %(district)s AND {standing}
        ORDER BY verdict, object, reason, coalesce(school_year, 0)
        LIMIT 1
    )
    UNION ALL
    SELECT following.*
    FROM part
    CROSS JOIN LATERAL (
        SELECT verdict, object, reason, coalesce(school_year, 0)
        FROM hub_rejection AS held
        WHERE district_id = %(district)s
            AND {standing}
            AND (verdict, object, reason, coalesce(school_year, 0)) > (part.verdict, part.object, part.reason, part.year)
        ORDER BY verdict, object, reason, coalesce(school_year, 0)
        LIMIT 1
    ) AS following
)
SELECT verdict, object, reason, year, NULL::bigint AS rejections
FROM part
