-- One page of rejections out of some parts of the list, in the order of the parts; within one the newest come first. Each
-- part is read from where it starts, and no further than a page. 0 stands for no school year.
SELECT rejection.*
FROM unnest(
    %(verdicts)s::text[], %(objects)s::text[], %(reasons)s::text[], %(years)s::integer[],
    %(at)s::timestamptz[], %(ids)s::bigint[]
) WITH ORDINALITY AS part (verdict, object, reason, year, at, id, number)
CROSS JOIN LATERAL (
    SELECT *
    FROM hub_rejection AS held
    WHERE held.district_id = %(district)s
        AND {standing}
        AND held.verdict = part.verdict
        AND held.object = part.object
        AND held.reason = part.reason
        AND coalesce(held.school_year, 0) = part.year
        AND (held.first_seen_at, held.id) {beyond} (part.at, part.id)
        AND {narrowed}
    ORDER BY held.first_seen_at {way}, held.id {way}
    LIMIT %(most)s
) AS rejection
ORDER BY part.number, rejection.first_seen_at {way}, rejection.id {way}
LIMIT %(most)s
