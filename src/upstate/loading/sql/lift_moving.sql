-- Rows whose value of a unique index is about to change.
delete from {table} as held using pg_temp.candidate as record
where held.district_id = %(district)s and {same} and ({moves})
