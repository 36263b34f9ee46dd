-- See find_apart.sql.
insert into finding select * from pg_temp.found_apart
