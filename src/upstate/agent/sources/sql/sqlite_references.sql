-- The column pairs of every foreign key; no parent column where the parent's primary key is meant.
SELECT t.name AS table_name,
       f.id AS number,
       f."table" AS parent,
       f."from" AS column_name,
       coalesce(f."to", '') AS parent_column
FROM sqlite_schema AS t
JOIN pragma_foreign_key_list(t.name) AS f
WHERE t.type = 'table'
ORDER BY t.name, f.id, f.seq
