-- The server that holds a district's partitions, and how it is reached; no row where all of the state is here.
select coalesce(server.srvoptions, array[]::text[]) || coalesce(reached.umoptions, array[]::text[])
from pg_foreign_table as part
join pg_inherits as of_table on of_table.inhrelid = part.ftrelid
join pg_class as piece on piece.oid = part.ftrelid and piece.relnamespace = to_regnamespace('state_parts')
join pg_foreign_server as server on server.oid = part.ftserver
left join pg_user_mappings as reached on reached.srvid = server.oid and reached.usename = current_user
cross join regexp_match(pg_get_expr(piece.relpartbound, piece.oid), 'modulus (\d+), remainder (\d+)') as bound
where satisfies_hash_partition(of_table.inhparent, bound[1]::integer, bound[2]::integer, %(district)s::integer)
limit 1
