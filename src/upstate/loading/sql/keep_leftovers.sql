-- What this complete snapshot leaves over at the state, by key; one that was left over before keeps when that began.
insert into hub_leftover as known (district_id, object, school_year, key, first_seen_id, last_seen_id, first_seen_at)
select distinct %(district)s::bigint, %(object)s::text, %(school_year)s::integer, {gone_key}, %(resync)s::bigint,
    %(resync)s::bigint, now()
from pg_temp.gone
join {table} as held on held.district_id = %(district)s and {same_year} and {on}
order by 4 -- lists go by id
on conflict (district_id, object, school_year, key) do update
set last_seen_id = excluded.last_seen_id, kept = '', kept_by = ''
