-- Every server that holds partitions of the state, and how it is reached.
select distinct server.srvname::text, coalesce(server.srvoptions, array[]::text[]) || coalesce(reached.umoptions, array[]::text[])
from pg_foreign_table as part
join pg_inherits as of_table on of_table.inhrelid = part.ftrelid
join pg_class as piece on piece.oid = part.ftrelid and piece.relnamespace = to_regnamespace('state_parts')
join pg_foreign_server as server on server.oid = part.ftserver
left join pg_user_mappings as reached on reached.srvid = server.oid and reached.usename = current_user
order by 1
