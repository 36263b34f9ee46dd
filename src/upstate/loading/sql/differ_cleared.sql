-- A reference that policy emptied on the way differs as it should.
update pg_temp.difference set expected = 'cleared'
from pg_temp.candidate as record
join hub_rejection as rejected on rejected.district_id = %(district)s and rejected.object = {parent}
    and rejected.resolved_at is null and rejected.verdict = 'excluded' and rejected.key = {parent_key}
where difference.kind = 'different' and difference.columns <@ {columns} and difference.key = {sent_key}
