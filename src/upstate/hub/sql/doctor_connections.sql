-- How many connections there may be for such as us, how many are taken, and how many transactions have long been idle.
SELECT
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        - current_setting('reserved_connections')::integer,
    count(*) FILTER (WHERE backend_type = 'client backend'),
    count(*) FILTER (WHERE state LIKE 'idle in transaction%%' AND state_change < now() - interval '1 hour')
FROM pg_stat_activity
