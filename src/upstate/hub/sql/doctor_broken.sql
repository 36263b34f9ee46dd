-- Indexes that are not valid, constraints that were never checked, triggers that are off, and prepared transactions that
-- nobody ended; the kind, its name and its table.
SELECT 'index', i.indexrelid::regclass::text, i.indrelid::regclass::text
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname IN ('state', 'public')
UNION ALL
SELECT 'constraint', quote_ident(k.conname), k.conrelid::regclass::text
FROM pg_constraint AS k
JOIN pg_namespace AS n ON n.oid = k.connamespace
WHERE NOT k.convalidated AND n.nspname IN ('state', 'public')
UNION ALL
SELECT 'trigger', quote_ident(t.tgname), t.tgrelid::regclass::text
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.tgenabled = 'D' AND n.nspname IN ('state', 'public')
UNION ALL
SELECT 'prepared transaction', gid, ''
FROM pg_prepared_xacts
WHERE database = current_database() AND prepared < now() - interval '1 hour'
ORDER BY 1, 2
