-- How many records of each object and school year each root holds back: a record counts once, whatever its reasons.
INSERT INTO hub_hold (district_id, root_object, root_key, root_reason, verdict, object, school_year, records)
SELECT district_id, root_object, root_key, root_reason, verdict, object, school_year, sum(records)
FROM (
    SELECT
        district_id,
        root_object,
        root_key,
        root_reason,
        CASE verdict WHEN 'blocked' THEN 'failed' ELSE verdict END AS verdict,
        object,
        school_year,
        max(records) AS records
    FROM hub_rejection
    WHERE resolved_at IS NULL AND (object, key) IS DISTINCT FROM (root_object, root_key)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, key
) AS record
GROUP BY 1, 2, 3, 4, 5, 6, 7
