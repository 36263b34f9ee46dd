-- What the open rejections of a district come to, from the sums its landings keep; equal to what outlook.sql counts. Only
-- those of some objects, and of a school year or none, where such are given.
SELECT
    (
        SELECT count(*)
        FROM (
            SELECT DISTINCT object, key
            FROM hub_root
            WHERE district_id = %(district)s
                AND verdict = 'failed'
                AND coalesce(object = ANY(%(objects)s::text[]), true)
        ) AS problem
    ) AS problems,
    coalesce(sum(records) FILTER (WHERE verdict = 'blocked'), 0)::bigint AS held_back,
    coalesce(sum(records) FILTER (WHERE verdict = 'failed'), 0)::bigint AS failed,
    coalesce(sum(records) FILTER (WHERE verdict = 'excluded' AND own), 0)::bigint AS kept_out,
    coalesce(sum(records) FILTER (WHERE verdict = 'excluded' AND NOT own), 0)::bigint AS kept_out_with_them
FROM hub_tally
WHERE district_id = %(district)s
    AND coalesce(object = ANY(%(objects)s::text[]), true)
    AND coalesce(school_year = %(school_year)s, true)
