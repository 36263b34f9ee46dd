-- Rows from Arrow, encoded as PostgreSQL's own binary form.
copy {table} ({columns}) from stdin (format binary)
