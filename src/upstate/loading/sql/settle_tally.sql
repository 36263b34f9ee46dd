-- The open rejections of this object by school year and reason: each record counts once, at the first of its reasons.
insert into hub_tally (district_id, object, school_year, verdict, reason, "column", own, rejections, records, last_seen_at)
select %(district)s, %(object)s::text, school_year, verdict, reason, "column", own, count(*),
    coalesce(sum(most) filter (where at = 1), 0), max(last_seen_at)
from (
    select school_year, verdict, reason, "column", own, last_seen_at,
        max(records) over (partition by school_year, key, verdict, own) as most,
        row_number() over (partition by school_year, key, verdict, own order by reason, "column") as at
    from (
        select school_year, key, verdict, reason, "column", records, last_seen_at,
            (object, key) is not distinct from (root_object, root_key) as own
        from hub_rejection
        where district_id = %(district)s and object = %(object)s::text and resolved_at is null and cleared_at is null
    ) as open
) as counted
group by school_year, verdict, reason, "column", own
