-- The column pairs of every foreign key of visible tables.
SELECT c.relname AS table_name,
       f.oid::bigint AS number,
       p.relname AS parent,
       a.attname AS column_name,
       b.attname AS parent_column
FROM pg_catalog.pg_constraint AS f
JOIN pg_catalog.pg_class AS c ON c.oid = f.conrelid
JOIN pg_catalog.pg_class AS p ON p.oid = f.confrelid
JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k (ours, theirs, place) ON true
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.ours
JOIN pg_catalog.pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = k.theirs
WHERE f.contype = 'f' AND f.conparentid = 0 AND pg_catalog.pg_table_is_visible(c.oid)
ORDER BY c.relname, f.conname, k.place
