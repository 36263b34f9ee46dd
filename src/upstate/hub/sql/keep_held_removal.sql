-- A removal that is past the limits: it waits for approval or, of a rehearsal, it would. Judged again, it has new numbers.
INSERT INTO hub_held_removal AS held (
    resync_id, district_id, object, school_year, rows, rows_before, school, school_rows, school_rows_before, state
)
SELECT
    resync.id,
    zone.district_id,
    orders.object,
    orders.school_year,
    %(rows)s,
    %(rows_before)s,
    %(school)s::text[],
    %(school_rows)s::bigint,
    %(school_rows_before)s::bigint,
    CASE resync.mode WHEN 'rehearsal' THEN 'rehearsed' ELSE 'waiting' END
FROM hub_resync AS resync
JOIN hub_zone AS zone ON zone.id = resync.zone_id
JOIN hub_order AS orders ON orders.resync_id = resync.id AND orders.object = %(object)s
WHERE resync.id = %(resync)s
ON CONFLICT (resync_id, object) DO UPDATE
SET rows = excluded.rows,
    rows_before = excluded.rows_before,
    school = excluded.school,
    school_rows = excluded.school_rows,
    school_rows_before = excluded.school_rows_before
