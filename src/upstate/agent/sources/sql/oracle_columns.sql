-- Every column of every table and view that may be read: whether it is the user's own, whether it is a table; its type,
-- length in characters, digits, scale, and whether it is required.
SELECT c.owner, c.table_name, CASE WHEN c.owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') THEN 1 ELSE 0 END,
       c.column_name, CASE WHEN t.table_name IS NULL THEN 0 ELSE 1 END, c.data_type,
       CASE WHEN c.data_type = 'RAW' THEN c.data_length ELSE c.char_length END, c.data_precision, c.data_scale,
       CASE WHEN c.nullable = 'N' THEN 1 ELSE 0 END
FROM all_tab_columns c
LEFT JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name
WHERE c.owner NOT IN (SELECT username FROM all_users WHERE oracle_maintained = 'Y')
ORDER BY c.owner, c.table_name, c.column_id
