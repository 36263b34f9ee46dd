-- The columns of every primary key and unique index of visible tables that holds for all rows and plain columns.
SELECT c.relname AS table_name,
       i.indexrelid::bigint AS index_id,
       i.indisprimary AS is_key,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_equal,
       a.attname AS column_name
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place) ON k.place <= i.indnkeyatts
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
WHERE i.indisunique
  AND i.indisvalid
  AND i.indpred IS NULL
  AND i.indexprs IS NULL
  AND pg_catalog.pg_table_is_visible(c.oid)
ORDER BY c.relname, i.indexrelid, k.place
