-- Part a partition from its table; a referenced one cannot be dropped otherwise.
alter table {table} detach partition {part}
