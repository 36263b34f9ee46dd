-- The first of those that nobody expects, by key.
select kind, key, columns from pg_temp.difference where expected is null order by key, kind limit %(show)s
