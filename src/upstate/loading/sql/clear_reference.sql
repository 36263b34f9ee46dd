-- A record whose parent policy keeps out lands with this reference emptied, where the catalog says so. Its digest is then
-- no longer the district's.
with parent as materialized (
    select distinct {keys} from hub_rejection
    where district_id = %(district)s and object = {parent} and resolved_at is null and verdict = 'excluded' and {readable}
),
full_ones as materialized (
    select {digest} as digest from {candidates} as record join parent on {on} where record.district_id = %(district)s
),
emptied as (
    update {candidates} as record set {assignments} from parent where record.district_id = %(district)s and {on}
    returning {digest} as digest
)
insert into pg_temp.apart
select 'turned away', coalesce(sum(sign), 0), coalesce(sum(sign * (digest >> 32)::int4), 0),
    coalesce(sum(sign * ((digest << 32) >> 32)::int4), 0)
from (select 1 as sign, digest from full_ones union all select -1, digest from emptied) as both_ways
