-- The keys themselves.
copy pg_temp.lacking (key) from stdin
