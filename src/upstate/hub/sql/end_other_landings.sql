-- Who lands a resync without the lock of its zone and year any more is ended; waits for it to be gone, 10 seconds at most.
SELECT pg_terminate_backend(pid, 10000)
FROM pg_stat_activity
WHERE application_name = %(name)s AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
