-- See carry_batches.sql.
copy pg_temp.hub_batch from stdin (format binary)
