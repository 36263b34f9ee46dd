-- Notes that nobody asks for any more.
delete from state_parts.removed where district_id = %(district)s and made_at < now() - interval '30 days'
