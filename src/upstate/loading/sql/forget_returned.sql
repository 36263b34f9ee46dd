-- What was left over before and is so no more: the district has it again, or the state holds it no longer.
delete from hub_leftover
where district_id = %(district)s and object = %(object)s::text and school_year is not distinct from %(school_year)s::integer
    and last_seen_id <> %(resync)s::bigint
