-- Where one of the same name is to be made otherwise.
drop table if exists {table}
