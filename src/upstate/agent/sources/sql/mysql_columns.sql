-- Every column of every table and view a district may mean, with its type in full and what limits it.
SELECT c.table_schema AS schema_name,
       c.table_name AS table_name,
       c.table_schema = DATABASE() AS visible,
       c.column_name AS column_name,
       t.table_type = 'BASE TABLE' AS is_table,
       c.data_type AS data_type,
       c.column_type AS column_type,
       c.character_maximum_length AS length,
       c.numeric_precision AS digits,
       c.numeric_scale AS scale,
       c.is_nullable = 'NO' AS required
FROM information_schema.columns AS c
JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
ORDER BY c.table_schema, c.table_name, c.ordinal_position
