-- See temporary.py.
create temporary table {table} ({columns}) {emptied};
comment on table {table} is {shape}
