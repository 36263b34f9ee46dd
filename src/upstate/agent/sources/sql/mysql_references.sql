-- The column pairs of every foreign key of this database's tables that points at a table of it.
SELECT k.table_name AS table_name,
       k.constraint_name AS constraint_name,
       k.referenced_table_name AS parent,
       k.column_name AS column_name,
       k.referenced_column_name AS parent_column
FROM information_schema.key_column_usage AS k
WHERE k.table_schema = DATABASE()
  AND k.referenced_table_schema = DATABASE()
ORDER BY k.table_name, k.constraint_name, k.ordinal_position
