-- A removal that waits for approval is about a snapshot that is no longer the last one.
update hub_held_removal set state = 'replaced', decided_at = now()
where district_id = %(district)s and object = %(object)s::text and school_year is not distinct from %(school_year)s::integer
    and state = 'waiting' and resync_id <> %(resync)s::bigint
