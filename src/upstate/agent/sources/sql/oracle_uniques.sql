-- The columns of every primary key and unique constraint of the user's own tables.
SELECT k.table_name, k.constraint_name, CASE WHEN k.constraint_type = 'P' THEN 1 ELSE 0 END, c.column_name
FROM all_constraints k
JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
WHERE k.owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND k.constraint_type IN ('P', 'U') AND k.status = 'ENABLED'
ORDER BY k.table_name, k.constraint_name, c.position
