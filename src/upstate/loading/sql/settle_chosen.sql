-- Of the records that were asked for: what was open before and was not seen again is resolved. It landed, or the district
-- has it no more.
update hub_rejection set resolved_by_id = %(resync)s::bigint, resolved_at = now()
where district_id = %(district)s and object = %(object)s::text and school_year is not distinct from %(school_year)s::integer
    and resolved_at is null and last_seen_id <> %(resync)s::bigint and key in (
        select {aside_key} from pg_temp.aside
        union all select key from refusal
        union all select key from pg_temp.lacking
    )
