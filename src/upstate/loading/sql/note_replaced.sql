-- Of a comparison: the state's rows, as they were before the merge, of all keys that were set aside.
insert into pg_temp.apart
select 'replaced', count(*), coalesce(sum((digest >> 32)::int4), 0), coalesce(sum(((digest << 32) >> 32)::int4), 0)
from (
    select {digest} as digest from (select distinct {keys} from pg_temp.aside) as aside
    join {table} as held on held.district_id = %(district)s and {same_year} and {same}
    offset 0
) as digests
