-- The columns of every primary key and unique index without a filter, of tables in the default schema.
SELECT t.name, i.name, CASE WHEN i.is_primary_key = 1 THEN 1 ELSE 0 END, c.name
FROM sys.indexes AS i
JOIN sys.tables AS t ON t.object_id = i.object_id AND t.is_ms_shipped = 0 AND t.schema_id = SCHEMA_ID()
JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0
JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.is_unique = 1 AND i.has_filter = 0
ORDER BY t.name, i.name, k.key_ordinal
