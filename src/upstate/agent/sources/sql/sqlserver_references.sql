-- The columns of every foreign key between tables of the default schema, with those that they point at.
SELECT t.name, f.name, p.name, c.name, pc.name
FROM sys.foreign_keys AS f
JOIN sys.tables AS t ON t.object_id = f.parent_object_id AND t.schema_id = SCHEMA_ID()
JOIN sys.tables AS p ON p.object_id = f.referenced_object_id AND p.schema_id = SCHEMA_ID()
JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id
JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
JOIN sys.columns AS pc ON pc.object_id = k.referenced_object_id AND pc.column_id = k.referenced_column_id
ORDER BY t.name, f.name, k.constraint_column_id
