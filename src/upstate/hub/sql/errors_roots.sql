-- One page of the roots of a district, whatever holds back most first, each with its own rejection as far as that is open
-- still. The school year of a root is not known here: it is one of those that its object has open rejections of.
SELECT root.id, root.object, root.key, root.reason, root.verdict, root.holds, own.message, own.advice, own."column"
FROM (
    SELECT *
    FROM hub_root
    WHERE district_id = %(district)s
        AND verdict = %(verdict)s
        AND (holds, id) {beyond} (%(holds)s::bigint, %(id)s::bigint)
    ORDER BY holds {way}, id {way}
    LIMIT %(most)s
) AS root
LEFT JOIN LATERAL (
    SELECT known.message, known.advice, known."column"
    FROM (
        SELECT DISTINCT school_year FROM hub_tally WHERE district_id = root.district_id AND object = root.object
    ) AS year
    CROSS JOIN LATERAL (
        SELECT *
        FROM hub_rejection
        WHERE district_id = root.district_id
            AND object = root.object
            AND school_year = year.school_year
            AND key = root.key
            AND reason = root.reason
        UNION ALL
        SELECT *
        FROM hub_rejection
        WHERE district_id = root.district_id
            AND object = root.object
            AND school_year IS NULL
            AND year.school_year IS NULL
            AND key = root.key
            AND reason = root.reason
    ) AS known
    WHERE known.resolved_at IS NULL AND known.cleared_at IS NULL
    ORDER BY known."column"
    LIMIT 1
) AS own ON true
ORDER BY root.holds {way}, root.id {way}
