-- A text that may be longer than before: no row is rewritten for it.
alter table {table} alter column {column} type {type}
