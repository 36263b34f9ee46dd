-- How many candidates there are.
select count(*) from pg_temp.candidate
