-- An object's table where its partitions are on other servers: to read. Keys and references are with the rows, as
-- PostgreSQL declares none on foreign tables.
create table {table} (district_id integer not null, {columns}) {divided}
