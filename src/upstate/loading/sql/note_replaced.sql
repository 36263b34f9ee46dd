-- Of a comparison: the rows of records that land, as they were before the merge.
insert into pg_temp.apart
select 'replaced', count(*), coalesce(sum((digest >> 32)::int4), 0), coalesce(sum(((digest << 32) >> 32)::int4), 0)
from (
    select {digest} as digest from pg_temp.candidate as record
    join {table} as held on held.district_id = %(district)s and {same_year} and {same}
    where record.district_id = %(district)s
    offset 0
) as digests
