-- The columns of every primary key and unique index of this database that is over whole, plain columns.
SELECT s.table_name AS table_name,
       s.index_name AS index_name,
       s.index_name = 'PRIMARY' AS is_key,
       s.column_name AS column_name
FROM information_schema.statistics AS s
WHERE s.table_schema = DATABASE()
  AND s.non_unique = 0
  AND NOT EXISTS (
      SELECT 1
      FROM information_schema.statistics AS p
      WHERE p.table_schema = s.table_schema
        AND p.table_name = s.table_name
        AND p.index_name = s.index_name
        -- the beginning of a text, or an expression
        AND (p.sub_part IS NOT NULL OR p.column_name IS NULL)
  )
ORDER BY s.table_name, s.index_name, s.seq_in_index
