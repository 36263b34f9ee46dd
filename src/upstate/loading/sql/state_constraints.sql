-- Foreign keys and indexes of the state's tables: the table, the name, and of a foreign key its columns, the parent and
-- the parent's columns. Of a divided table a unique rule is a register, known by its trigger (state_register.sql).
select c.relname::text, f.conname::text, array[
    (select string_agg(a.attname, ', ' order by k.place) from unnest(f.conkey) with ordinality as k (number, place)
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number),
    parent.relname::text,
    (select string_agg(a.attname, ', ' order by k.place) from unnest(f.confkey) with ordinality as k (number, place)
        join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number)
]
from pg_constraint f
join pg_class c on c.oid = f.conrelid and c.relnamespace = 'state'::regnamespace
join pg_class parent on parent.oid = f.confrelid
where f.contype = 'f' and f.conparentid = 0
union all
select c.relname::text, x.relname::text, null
from pg_index i
join pg_class c on c.oid = i.indrelid and c.relnamespace = 'state'::regnamespace
join pg_class x on x.oid = i.indexrelid
union all
select c.relname::text, t.tgname::text, null
from pg_trigger t
join pg_class c on c.oid = t.tgrelid and c.relnamespace = 'state'::regnamespace and c.relkind = 'p'
where not t.tgisinternal
