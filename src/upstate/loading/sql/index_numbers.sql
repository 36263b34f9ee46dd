-- A half is found by its numbers.
create unique index on pg_temp.candidate ("upstate ordinal")
