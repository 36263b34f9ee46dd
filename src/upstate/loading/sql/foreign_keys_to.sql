-- Every foreign key of this database that leads to a table: where from, its name, and the pairs of its columns.
select n.nspname, t.relname, c.conname,
    array(select a.attname::text from unnest(c.conkey) with ordinality as k(number, place)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number order by place),
    array(select a.attname::text from unnest(c.confkey) with ordinality as k(number, place)
        join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.number order by place)
from pg_constraint c
join pg_class t on t.oid = c.conrelid
join pg_namespace n on n.oid = t.relnamespace
where c.contype = 'f' and c.conparentid = 0 and c.confrelid = format('state.%%I', %(table)s::text)::regclass
order by 1, 2, 3
