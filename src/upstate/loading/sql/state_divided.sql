-- Into how many partitions each table at the state is divided; 0 for one in one piece.
select c.relname::text, (select count(*) from pg_inherits where inhparent = c.oid)::integer
from pg_class c
where c.relnamespace = to_regnamespace('state') and c.relkind in ('r', 'p')
