-- See temporary.py.
drop table if exists {table};
create temporary table {table} ({columns}) on commit delete rows;
comment on table {table} is {shape}
