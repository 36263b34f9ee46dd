-- An object's table: its own columns and the district they belong to, nothing else.
create table {table} (district_id integer not null, {columns}, primary key ({key})) {divided}
