-- What was open before and was not seen in this complete snapshot is resolved: it landed, or the district has it no more.
update hub_rejection set resolved_by_id = %(resync)s::bigint, resolved_at = now()
where district_id = %(district)s and object = %(object)s::text and school_year is not distinct from %(school_year)s::integer
    and resolved_at is null and last_seen_id <> %(resync)s::bigint
