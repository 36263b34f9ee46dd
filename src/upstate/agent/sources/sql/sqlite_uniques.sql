-- The columns of every unique index that holds for all rows; an expression's column is null.
SELECT t.name AS table_name, i.name AS index_name, coalesce(c.name, '') AS column_name
FROM sqlite_schema AS t
JOIN pragma_index_list(t.name) AS i
JOIN pragma_index_info(i.name) AS c
WHERE t.type = 'table' AND i."unique" = 1 AND i.partial = 0 AND i.origin <> 'pk'
ORDER BY t.name, i.seq, c.seqno
