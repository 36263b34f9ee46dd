-- The highest number of a candidate; null where there are none.
select max("upstate ordinal") from pg_temp.candidate
