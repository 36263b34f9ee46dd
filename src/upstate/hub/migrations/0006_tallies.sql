-- The open rejections by object, school year and reason: each record counts once, at the first of its reasons.
INSERT INTO hub_tally (district_id, object, school_year, verdict, reason, "column", own, rejections, records, last_seen_at)
SELECT
    district_id,
    object,
    school_year,
    verdict,
    reason,
    "column",
    own,
    count(*),
    coalesce(sum(most) FILTER (WHERE at = 1), 0),
    max(last_seen_at)
FROM (
    SELECT
        *,
        max(records) OVER (PARTITION BY district_id, object, school_year, key, verdict, own) AS most,
        row_number() OVER (
            PARTITION BY district_id, object, school_year, key, verdict, own
            ORDER BY reason, "column"
        ) AS at
    FROM (
        SELECT *, (object, key) IS NOT DISTINCT FROM (root_object, root_key) AS own
        FROM hub_rejection
        WHERE resolved_at IS NULL
    ) AS open
) AS counted
GROUP BY 1, 2, 3, 4, 5, 6, 7
