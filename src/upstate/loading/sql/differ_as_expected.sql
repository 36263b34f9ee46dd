-- What an open rejection keeps out is expected not to be there, or to be as it was before.
update pg_temp.difference set expected = rejected.verdict
from hub_rejection as rejected
where rejected.district_id = %(district)s and rejected.object = %(object)s::text and rejected.resolved_at is null
    and rejected.key = difference.key and difference.kind <> 'state_only'
