-- The columns of every foreign key between the user's own tables, with those that they point at.
SELECT k.table_name, k.constraint_name, p.table_name, c.column_name, pc.column_name
FROM all_constraints k
JOIN all_constraints p ON p.owner = k.r_owner AND p.constraint_name = k.r_constraint_name AND p.owner = k.owner
JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
JOIN all_cons_columns pc ON pc.owner = p.owner AND pc.constraint_name = p.constraint_name AND pc.position = c.position
WHERE k.owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND k.constraint_type = 'R' AND k.status = 'ENABLED'
ORDER BY k.table_name, k.constraint_name, c.position
