-- Into how many partitions each table at the state is divided, wherever they are; 0 for one in one piece. One whose
-- partitions have all moved to other servers may be divided anew.
select c.relname::text, coalesce((
    select max((regexp_match(pg_get_expr(part.relpartbound, part.oid), 'modulus (\d+)'))[1]::integer)
    from pg_inherits join pg_class as part on part.oid = inhrelid
    where inhparent = c.oid
), 0)
from pg_class c
where c.relnamespace = to_regnamespace('state')
    and (c.relkind = 'r' or c.relkind = 'p' and exists (select from pg_inherits where inhparent = c.oid))
