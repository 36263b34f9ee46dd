-- The snapshot of this transaction, for others to read by.
select pg_export_snapshot()
