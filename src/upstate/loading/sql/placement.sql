-- On which server each partition of the state is, by its number.
select distinct bound[1]::integer, server.srvname::text
from pg_foreign_table as part
join pg_class as piece on piece.oid = part.ftrelid and piece.relnamespace = to_regnamespace('state_parts')
join pg_foreign_server as server on server.oid = part.ftserver
cross join regexp_match(pg_get_expr(piece.relpartbound, piece.oid), 'remainder (\d+)') as bound
order by 1
