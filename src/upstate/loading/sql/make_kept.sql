-- See temporary.py.
drop table if exists {table};
create temporary table {table} ({columns}) {emptied};
comment on table {table} is {shape}
