-- A column that the catalog has gained.
alter table {table} add column {column} {type}
