-- See carry_rejections.sql.
copy pg_temp.hub_rejection from stdin (format binary)
