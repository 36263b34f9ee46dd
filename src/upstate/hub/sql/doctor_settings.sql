-- Some of the server's settings as they are for this connection.
SELECT name, setting, unit
FROM pg_settings
WHERE name = ANY(%(names)s)
