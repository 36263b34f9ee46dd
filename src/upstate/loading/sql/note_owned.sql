-- Landed records whose digest is not the district's, as the state keeps a value of its own that the digest sees.
insert into pg_temp.apart
select 'turned away', coalesce(sum(sign), 0), coalesce(sum(sign * (digest >> 32)::int4), 0),
    coalesce(sum(sign * ((digest << 32) >> 32)::int4), 0)
from (select {sent} as sent, {kept} as kept from pg_temp.candidate as record
    join {table} as held on {same} where held.district_id = %(district)s) as pair
cross join lateral (values (1, sent), (-1, kept)) as one (sign, digest)
