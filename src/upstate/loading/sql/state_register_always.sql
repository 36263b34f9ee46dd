-- The loader judges references itself, but not what districts may not share.
alter table {table} enable always trigger {trigger}
