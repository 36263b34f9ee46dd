-- How many records differ, by kind and by why that is expected.
select kind, expected, count(*) from pg_temp.difference group by kind, expected
