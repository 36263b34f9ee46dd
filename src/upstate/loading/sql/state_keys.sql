-- The primary key of every table at the state.
select c.relname::text, array_agg(a.attname::text order by k.place)
from pg_index i
join pg_class c on c.oid = i.indrelid and c.relnamespace = 'state'::regnamespace
cross join unnest(i.indkey) with ordinality as k (number, place)
join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
where i.indisprimary
group by c.relname
