-- Which of the partitions are in this database.
select distinct (regexp_match(pg_get_expr(part.relpartbound, part.oid), 'remainder (\d+)'))[1]::integer
from pg_inherits
join pg_class as part on part.oid = inhrelid
join pg_class as whole on whole.oid = inhparent and whole.relkind = 'p'
    and whole.relnamespace = to_regnamespace('state')
