-- Every column of every table and view that may be read: whether the table is in the default schema, whether it is a
-- table; its system type, size in bytes, digits, scale, and whether it is required.
SELECT s.name, t.name, CASE WHEN s.name = SCHEMA_NAME() THEN 1 ELSE 0 END, c.name,
       CASE WHEN t.type = 'U' THEN 1 ELSE 0 END, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
       c.max_length, c.precision, c.scale, CASE WHEN c.is_nullable = 1 THEN 0 ELSE 1 END
FROM sys.columns AS c
JOIN sys.objects AS t ON t.object_id = c.object_id AND t.type IN ('U', 'V') AND t.is_ms_shipped = 0
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
ORDER BY s.name, t.name, c.column_id
