-- Landed records whose digest is not the district's, as the state keeps a value of its own that the digest sees. `offset 0`
-- keeps each digest from being computed once for every sum.
insert into pg_temp.apart
select 'turned away', 0,
    coalesce(sum((sent >> 32)::int4::int8 - (kept >> 32)::int4), 0),
    coalesce(sum(((sent << 32) >> 32)::int4::int8 - ((kept << 32) >> 32)::int4), 0)
from (
    select {sent} as sent, {kept} as kept
    from pg_temp.candidate as record
    join {table} as held on {same}
    where held.district_id = %(district)s
    offset 0
) as pair
