-- The first by key of those that nobody expects, or of those that are as they should be.
select kind, key, columns, expected from pg_temp.difference where (expected is null) = %(unexpected)s
order by key, kind limit %(show)s
