-- Whether this database has any table that is on another server.
select exists (select from pg_foreign_table)
