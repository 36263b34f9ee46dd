-- Every column of every table and view of the file, with its declared type and its place in the primary key.
SELECT t.name AS table_name,
       t.type AS kind,
       c.name AS column_name,
       coalesce(c.type, '') AS declared,
       c."notnull" AS required,
       c.pk AS key_place
FROM sqlite_schema AS t
JOIN pragma_table_xinfo(t.name) AS c
WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND c.hidden <> 1
ORDER BY t.name, c.cid
