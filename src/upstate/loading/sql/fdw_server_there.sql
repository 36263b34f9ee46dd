-- Whether a server of this name is known.
select from pg_foreign_server where srvname = %(name)s
