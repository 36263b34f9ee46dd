-- Every server for the state's partitions, whether it holds any or not, and how it is reached.
select server.srvname::text, coalesce(server.srvoptions, array[]::text[]) || coalesce(reached.umoptions, array[]::text[])
from pg_foreign_server as server
left join pg_user_mappings as reached on reached.srvid = server.oid and reached.usename = current_user
where server.srvname ~ '^upstate_[0-9]+$'
order by length(server.srvname), server.srvname
