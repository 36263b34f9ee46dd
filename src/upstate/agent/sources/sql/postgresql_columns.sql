-- Every column of every table, view and foreign table a district may mean, with its base type and what limits it.
SELECT n.nspname AS schema_name,
       c.relname AS table_name,
       pg_catalog.pg_table_is_visible(c.oid) AS visible,
       a.attname AS column_name,
       c.relkind IN ('r', 'p') AND NOT c.relispartition AS is_table,
       coalesce(b.oid, t.oid)::regtype::text AS base_type,
       -- a domain keeps its limits itself
       CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END AS limits,
       a.attnotnull OR t.typnotnull AS required
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\_%'
ORDER BY n.nspname, c.relname, a.attnum
