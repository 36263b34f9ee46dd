-- See back_resolved.sql.
update hub_rejection set resolved_by_id = %(resync)s::bigint, resolved_at = now()
where district_id = %(district)s and id = any (%(resolved)s::bigint[])
