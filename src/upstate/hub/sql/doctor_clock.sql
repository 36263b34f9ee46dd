-- The server's time, in seconds.
SELECT extract(epoch FROM clock_timestamp())::float8
